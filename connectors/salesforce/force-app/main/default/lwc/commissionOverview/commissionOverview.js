import { LightningElement, wire } from 'lwc';
import { graphql } from 'lightning/graphql';
import USER from '@salesforce/user/Id';
import { STATEMENTS, statementsIn, whyNot } from 'c/commissionRecords';

/** The viewer's statements, one shown at a time: the newest unless another one is chosen. */
export default class CommissionOverview extends LightningElement {
    statements;
    problem;
    chosen;
    variables = { payee: USER };

    @wire(graphql, { query: STATEMENTS, variables: '$variables' })
    wired({ data, errors }) {
        if (!data && !errors) {
            return; // nothing is known yet; what is shown stays
        }
        this.problem = errors?.length ? whyNot(errors) : undefined;
        this.statements = this.problem ? undefined : statementsIn(data);
    }

    get loading() {
        return !this.statements && !this.problem;
    }

    get empty() {
        return this.statements?.length === 0;
    }

    get shown() {
        return this.chosen ?? this.statements[0].id;
    }

    get options() {
        return this.statements.map(({ id, period, plan, currency }) => ({
            value: id,
            label: [period, plan, currency].filter(Boolean).join(' · ')
        }));
    }

    choose(event) {
        this.chosen = event.detail.value;
    }
}
