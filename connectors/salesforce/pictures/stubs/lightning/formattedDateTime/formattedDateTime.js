import { LightningElement, api } from 'lwc';

const PARTS = ['year', 'month', 'day', 'hour', 'minute', 'timeZoneName'];

export default class FormattedDateTime extends LightningElement {
    @api value;
    @api year;
    @api month;
    @api day;
    @api hour;
    @api minute;
    @api timeZone;
    @api timeZoneName;

    get text() {
        const asked = Object.fromEntries(PARTS.map((part) => [part, this[part]]).filter(([, how]) => how));
        return new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', ...asked }).format(new Date(this.value));
    }
}
