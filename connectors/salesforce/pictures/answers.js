/* Made-up records: an account manager's April of the demo company, before the last deal of the quarter was won. */
const WON = '006000000000003AAA';
const OPEN = '006000000000009AAA';
const STATEMENT = 'a01000000000004AAA';

const fields = (values) => Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value }]));
const connection = (nodes) => ({ edges: nodes.map((node) => ({ node })), pageInfo: { hasNextPage: false } });

const SOURCE = '[Commission on growth of the accounts; Sales compensation handbook, section 4]';
const CURVE = {
    title: 'Commission on growth of the accounts',
    x_label: 'growth, % of quota',
    y_label: 'pay, USD',
    lines: [
        [0, 0, 485, 242],
        [485, 364, 667, 500],
        [667, 667, 1000, 1000]
    ],
    x_ticks: [
        [0, '0 %'],
        [303, '50 %'],
        [606, '100 %'],
        [909, '150 %']
    ],
    y_ticks: [
        [0, '0.00'],
        [380, '20,000.00'],
        [760, '40,000.00']
    ],
    here: { x: 563, y: 422, at: '92.9 % of quota', pays: '22,208.63 USD' }
};

const LINES = [
    {
        Amount__c: 2700,
        Next_Tier_Amount__c: 3600,
        Projected__c: true,
        Opportunity__c: OPEN,
        deal: 'Kestrel Media - Upsell 2026-05',
        Reason__c: 'Open. Won at its present 60,000.00 USD: 60,000.00 x 4.5 % = 2,700.00 USD.'
    },
    {
        Amount__c: 1845.18,
        Dated_On__c: '2026-04-22',
        Opportunity__c: '006000000000004AAA',
        deal: 'Cobalt Telecom - Cross-sell 2026-04',
        Reason__c:
            'Credited to you as AM with 60 %, took you from 85.2 % to 92.9 % of quota (531,300.00 USD in FY2027-Q1); ' +
            `41,004.00 USD of it fell in the bracket from 80 %: 41,004.00 x 4.5 % = 1,845.18 USD. ${SOURCE}`,
        Why_Not_More__c:
            '4.5 %, not 6 %: 90,904.82 USD short of the tier from 110 % on 2026-04-22; reaching it adds 8,766.45 USD at once.'
    },
    {
        Amount__c: 11881.49,
        Dated_On__c: '2026-04-20',
        Opportunity__c: WON,
        deal: 'Umbra Textiles - Upsell 2026-04',
        Reason__c:
            'Credited to you as AM, took you from 53.2 % to 85.2 % of quota (531,300.00 USD in FY2027-Q1) ' +
            '(143,280.00 EUR / 0.84387 = 169,789.185538 USD); 142,308.00 USD of it fell in the bracket from 0 %: ' +
            '142,308.00 x 3 % = 4,269.24 USD; reaching 80 % adds 1.5 % to the rate of all before it: ' +
            '425,040.00 x 1.5 % = 6,375.60 USD; 27,481.185538 USD of it fell in the bracket from 80 %: ' +
            `27,481.185538 x 4.5 % = 1,236.65 USD; together 11,881.49 USD. ${SOURCE}`,
        Why_Not_More__c:
            '4.5 %, not 6 %: 131,908.82 USD short of the tier from 110 % on 2026-04-20; reaching it adds 8,766.45 USD at once.'
    },
    {
        Amount__c: 2009.88,
        Dated_On__c: '2026-04-11',
        Opportunity__c: '006000000000002AAA',
        deal: 'Cobalt Telecom - Cross-sell 2026-04',
        Reason__c:
            'Credited to you as AM with 60 %, took you from 40.6 % to 53.2 % of quota (531,300.00 USD in FY2027-Q1); ' +
            `66,996.00 USD of it fell in the bracket from 0 %: 66,996.00 x 3 % = 2,009.88 USD. ${SOURCE}`
    },
    {
        Amount__c: 1193.22,
        Dated_On__c: '2026-04-06',
        Opportunity__c: '006000000000001AAA',
        deal: 'Kestrel Media - Renewal 2026-04',
        Reason__c:
            'Credited to you as AM with 70 % of the uplift, took you from 33.1 % to 40.6 % of quota (531,300.00 USD in ' +
            'FY2027-Q1); 39,774.00 USD of it fell in the bracket from 0 %: ' +
            `39,774.00 x 3 % = 1,193.22 USD. ${SOURCE}`
    }
];

export const DEALS = [WON, OPEN];

/** What the wire adapter would answer to a question with these variables. */
export function answers({ deal, statement }) {
    const query = {};
    if (!deal) {
        query.Commission_Statement__c = connection([statementNode()]);
    }
    if (deal || statement) {
        query.Commission_Line__c = connection(
            LINES.filter((line) => !deal || line.Opportunity__c === deal).map(lineNode)
        );
    }
    return { uiapi: { query } };
}

function statementNode() {
    return {
        Id: STATEMENT,
        ...fields({
            Period__c: '2026-04',
            Plan__c: 'am',
            Status__c: 'Open',
            CurrencyIsoCode: 'USD',
            Earned__c: 16929.77,
            Payable__c: 16929.77,
            Held__c: 0,
            Carried_Forward__c: 0,
            Attainment__c: 92.89,
            As_Of__c: '2026-04-23T06:00:00Z',
            Summary__c: 'Commission on growth of the accounts: 16,929.77 USD, 92.9 % of the quota of FY2027-Q1',
            Curve__c: JSON.stringify({ curves: [CURVE] }),
            Would_Take__c:
                '90,904.82 USD more in FY2027-Q1 reaches the tier from 110 %, which pays 6 % and adds 8,766.45 USD at once.'
        }),
        Payee__r: fields({ Name: 'Tomáš O’Brien' })
    };
}

function lineNode({ deal, ...values }, place) {
    return {
        Id: `a02${place}`,
        ...fields({
            Component__c: 'growth',
            Kind__c: 'commission',
            CurrencyIsoCode: 'USD',
            Projected__c: false,
            Status__c: 'Current',
            As_Of__c: '2026-04-23T06:00:00Z',
            ...values
        }),
        Opportunity__r: fields({ Name: deal }),
        Statement__r: { Id: STATEMENT, ...fields({ Period__c: '2026-04', Status__c: 'Open' }) }
    };
}
