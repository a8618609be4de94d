import { LightningElement, api } from 'lwc';

export default class FormattedNumber extends LightningElement {
    @api value;
    @api formatStyle;
    @api currencyCode;
    @api currencyDisplayAs;
    @api maximumFractionDigits;

    get text() {
        if (this.formatStyle === 'percent-fixed') {
            return `${this.value}%`;
        }
        const style = { style: 'currency', currency: this.currencyCode, currencyDisplay: this.currencyDisplayAs };
        return new Intl.NumberFormat('en-US', style).format(this.value);
    }
}
