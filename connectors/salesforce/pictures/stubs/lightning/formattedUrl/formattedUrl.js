import { LightningElement, api } from 'lwc';

export default class FormattedUrl extends LightningElement {
    @api value;
    @api label;
}
