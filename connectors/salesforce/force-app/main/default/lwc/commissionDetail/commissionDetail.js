import { LightningElement, api, wire } from 'lwc';
import { graphql } from 'lightning/graphql';
import { STATEMENT, hasMoreLines, linesIn, statementsIn, whyNot } from 'c/commissionRecords';

const TOTALS = [
    ['earned', 'Earned'],
    ['payable', 'Payable now'],
    ['held', 'Held until released'],
    ['carriedForward', 'Carried forward'],
    ['paid', 'Paid']
];
const STATUSES = {
    Open: 'Open: it still moves with the deals.',
    Closed: 'Closed: it is final.',
    Withdrawn: 'Withdrawn: nothing of it counts any more.'
};
const QUOTA = 100;
/* The bar goes at least so far (percent), so that the mark of the quota stands inside it. */
const BAR_END = 125;

/** One statement: totals, attainment, payout curve, what the next tier takes, and every line with its reason. */
export default class CommissionDetail extends LightningElement {
    @api statementId;
    statement;
    lines;
    more = false;
    problem;
    missing = false;

    get variables() {
        return { statement: this.statementId };
    }

    @wire(graphql, { query: STATEMENT, variables: '$variables' })
    wired({ data, errors }) {
        this.problem = errors?.length ? whyNot(errors) : undefined;
        const read = data && !this.problem;
        [this.statement] = read ? statementsIn(data) : [];
        this.lines = read ? linesIn(data) : undefined;
        this.more = Boolean(read) && hasMoreLines(data);
        this.missing = Boolean(read) && !this.statement;
    }

    get loading() {
        return !this.statement && !this.problem && !this.missing;
    }

    /** A statement shows the numbers of one run; while they are being written it shows none. */
    get updating() {
        return this.statement?.status === 'Updating';
    }

    get about() {
        const { payee, period, plan } = this.statement;
        return `${[payee, period, plan].filter(Boolean).join(' · ')}.`;
    }

    get status() {
        return STATUSES[this.statement.status] ?? this.statement.status;
    }

    get totals() {
        return TOTALS.map(([name, label]) => ({ name, label, value: this.statement[name] })).filter(
            ({ value }) => value !== undefined
        );
    }

    get hasAttainment() {
        return this.statement.attainment !== undefined;
    }

    /** Percent that the whole bar stands for. */
    get barEnd() {
        return Math.max(BAR_END, this.statement.attainment);
    }

    get attainmentText() {
        return `${this.statement.attainment} % of the quota`;
    }

    get reached() {
        return `width: ${Math.max(0, (this.statement.attainment / this.barEnd) * 100)}%`;
    }

    get quotaMark() {
        return `left: ${(QUOTA / this.barEnd) * 100}%`;
    }

    get empty() {
        return this.lines.length === 0;
    }
}
