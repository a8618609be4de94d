import { LightningElement, api } from 'lwc';
import { LINES_MAX } from 'c/commissionRecords';

/** Lines with their reasons; estimates of open deals under a heading of their own, never among what is earned. */
export default class CommissionLines extends LightningElement {
    @api lines = [];
    /** Whether there are more lines than these. */
    @api more = false;
    /** Whether all lines are of the deal that the page shows. */
    @api ofOneDeal = false;

    get groups() {
        const of = (projected) => this.lines.filter((line) => line.projected === projected).map((line) => this.told(line));
        return [
            { name: 'earned', heading: 'Earned', lines: of(false) },
            {
                name: 'projected',
                heading: 'Projected, not earned',
                note: 'Estimates of open deals at their present amount. They count in no total.',
                lines: of(true)
            }
        ].filter(({ lines }) => lines.length);
    }

    get moreText() {
        return `Only the ${LINES_MAX} newest lines are shown. All of them are in the related list of the statement.`;
    }

    told(line) {
        return {
            ...line,
            title: this.ofOneDeal ? line.component : line.deal,
            url: this.ofOneDeal ? undefined : line.deal && line.dealUrl,
            about: [this.ofOneDeal ? undefined : line.component, words(line.kind)].filter(Boolean).join(' · '),
            hasNextTier: line.nextTierAmount !== undefined,
            statement: this.ofOneDeal && line.period ? `Statement of ${line.period}` : undefined,
            shownAsOf: this.ofOneDeal ? line.asOf : undefined
        };
    }
}

/** `prior_period_adjustment` in words. */
function words(kind) {
    return kind && kind.replaceAll('_', ' ');
}
