/** What the wire adapter answers, in its own shape. */

const fields = (values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));

export const HOSTILE = '<img src=x onerror="alert(1)"><b>Acme</b>';

export const CURVE = {
    title: 'Commission on new business',
    x_label: 'acv, % of quota',
    y_label: 'pay, EUR',
    lines: [
        [0, 0, 667, 444],
        [667, 444, 1000, 1000]
    ],
    x_ticks: [
        [0, '0 %'],
        [333, '50 %'],
        [667, '100 %'],
        [1000, '150 %']
    ],
    y_ticks: [
        [0, '0.00'],
        [500, '9,000.00'],
        [1000, '18,000.00']
    ],
    here: { x: 417, y: 278, at: '62.5 % of quota', pays: '5,000.00 EUR' }
};

export function lineNode(id, values = {}, { deal = 'Acme - Renewal', status = 'Open' } = {}) {
    return {
        Id: id,
        ...fields({
            Amount__c: 1193.22,
            CurrencyIsoCode: 'EUR',
            Component__c: 'growth',
            Kind__c: 'commission',
            Dated_On__c: '2026-04-06',
            Reason__c: '39,774.00 x 3 % = 1,193.22 EUR.',
            Why_Not_More__c: '3 %, not 5 %: 4,200.00 EUR short of the tier from 100 %.',
            Projected__c: false,
            Next_Tier_Amount__c: null,
            Status__c: 'Current',
            As_Of__c: '2026-04-30T06:00:00.000Z',
            Opportunity__c: '006000000000001AAA',
            ...values
        }),
        Opportunity__r: deal === null ? null : fields({ Name: deal }),
        Statement__r: { Id: 'a01000000000001AAA', ...fields({ Period__c: '2026-04', Status__c: status }) }
    };
}

export function statementNode(values = {}, payee = 'Siobhán O’Brien') {
    return {
        Id: 'a01000000000001AAA',
        ...fields({
            Period__c: '2026-04',
            Plan__c: 'ae',
            Status__c: 'Open',
            CurrencyIsoCode: 'EUR',
            Earned__c: 36439.45,
            Payable__c: 30000,
            Held__c: 6439.45,
            Carried_Forward__c: 0,
            Paid__c: null,
            Attainment__c: 62.5,
            As_Of__c: '2026-04-30T06:00:00.000Z',
            Summary__c: 'growth: 36,439.45 EUR, 62.5 % of the quota of FY2027-Q1',
            Curve__c: JSON.stringify({ curves: [CURVE] }),
            Would_Take__c: '4,200.00 EUR more in FY2027-Q1 reaches the tier from 100 %, which pays 5 %.',
            ...values
        }),
        Payee__r: fields({ Name: payee })
    };
}

const connection = (nodes, hasNextPage = false) => ({ edges: nodes.map((node) => ({ node })), pageInfo: { hasNextPage } });

export function answer({ statements, lines, more = false }) {
    const query = {};
    if (statements) {
        query.Commission_Statement__c = connection(statements);
    }
    if (lines) {
        query.Commission_Line__c = connection(lines, more);
    }
    return { uiapi: { query } };
}
