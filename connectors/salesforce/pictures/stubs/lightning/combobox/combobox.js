import { LightningElement, api } from 'lwc';

export default class Combobox extends LightningElement {
    @api label;
    @api value;
    @api options;

    get shown() {
        return this.options.map((option) => ({ ...option, chosen: option.value === this.value }));
    }
}
