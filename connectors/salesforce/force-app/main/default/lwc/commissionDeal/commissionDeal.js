import { LightningElement, api, wire } from 'lwc';
import { graphql } from 'lightning/graphql';
import USER from '@salesforce/user/Id';
import { LINES_OF_DEAL, hasMoreLines, linesIn, whyNot } from 'c/commissionRecords';

/** What a deal pays the viewer: earned lines, and apart from them what it would pay. */
export default class CommissionDeal extends LightningElement {
    @api dealId;
    lines;
    more = false;
    problem;

    get variables() {
        return { deal: this.dealId, payee: USER };
    }

    @wire(graphql, { query: LINES_OF_DEAL, variables: '$variables' })
    wired({ data, errors }) {
        this.problem = errors?.length ? whyNot(errors) : undefined;
        this.lines = data && !this.problem ? linesIn(data) : undefined;
        this.more = this.lines !== undefined && hasMoreLines(data);
    }

    get loading() {
        return !this.lines && !this.problem;
    }

    get empty() {
        return this.lines?.length === 0;
    }

    /** A statement shows the numbers of one run; while they are being written it shows none. */
    get updating() {
        return Boolean(this.lines?.some(({ statementStatus }) => statementStatus === 'Updating'));
    }
}
