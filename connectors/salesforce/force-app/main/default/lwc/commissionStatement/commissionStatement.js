import { LightningElement, api } from 'lwc';

/**
 * What an admin puts on a page. On a deal it tells what the deal pays the viewer, on a statement's own page that
 * statement, and on a home or app page the viewer's statements.
 */
export default class CommissionStatement extends LightningElement {
    /** Given by record pages. */
    @api recordId;
    /** Given by record pages. */
    @api objectApiName;

    get title() {
        return this.isDeal ? 'What this deal pays you' : 'Commission statement';
    }

    get isDeal() {
        return this.objectApiName === 'Opportunity';
    }

    get isStatement() {
        return this.objectApiName === 'Commission_Statement__c';
    }
}
