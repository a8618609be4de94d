import { createElement } from 'lwc';
import { graphql } from 'lightning/graphql';
import CommissionStatement from 'c/commissionStatement';
import { HOSTILE, answer, lineNode, statementNode } from './answers';

jest.mock('@salesforce/user/Id', () => ({ default: '005000000000001AAA' }), { virtual: true });
jest.mock('@salesforce/i18n/currency', () => ({ default: 'USD' }), { virtual: true });

const STATEMENT = 'a01000000000001AAA';
const forStatement = ({ variables }) => Boolean(variables?.statement);
const forPayee = ({ variables }) => Boolean(variables?.payee);

function shown(values = {}) {
    const element = createElement('c-commission-statement', { is: CommissionStatement });
    Object.assign(element, values);
    document.body.appendChild(element);
    return element;
}

const onDeal = () => shown({ recordId: '006000000000001AAA', objectApiName: 'Opportunity' });
const onStatement = () => shown({ recordId: STATEMENT, objectApiName: 'Commission_Statement__c' });

/** Everything below an element, through every shadow. */
function all(element, selector) {
    const found = [];
    for (const root of [element.shadowRoot, element].filter(Boolean)) {
        found.push(...root.querySelectorAll(selector));
        root.querySelectorAll('*').forEach((child) => child.shadowRoot && found.push(...all(child, selector)));
    }
    return [...new Set(found)];
}

function text(element) {
    const own = all(element, '*').map((each) =>
        [...each.childNodes].filter(({ nodeType }) => nodeType === Node.TEXT_NODE).map(({ data }) => data)
    );
    return own.flat().join(' ').replace(/\s+/g, ' ');
}

const amounts = (element, selector = 'lightning-formatted-number') =>
    all(element, selector).map(({ value, currencyCode }) => [value, currencyCode]);

/** Until what follows from the last event is on the page, in the components below too. */
async function settled() {
    for (let turn = 0; turn < 4; turn += 1) {
        await Promise.resolve();
    }
}

async function emitted(value, filter) {
    graphql.emit(value, filter);
    await settled();
}

afterEach(() => {
    document.body.replaceChildren();
});

describe('on a deal', () => {
    it('asks for the lines of this deal and this viewer alone', async () => {
        onDeal();
        await settled();
        expect(graphql.getLastConfig().variables).toEqual({ deal: '006000000000001AAA', payee: '005000000000001AAA' });
    });

    it('tells what it pays, why and why not more, in the currency of the record', async () => {
        const element = onDeal();
        await emitted(answer({ lines: [lineNode('1')] }));

        expect(amounts(element)).toEqual([[1193.22, 'EUR']]);
        expect(text(element)).toContain('39,774.00 x 3 % = 1,193.22 EUR.');
        expect(text(element)).toContain('4,200.00 EUR short of the tier from 100 %');
        expect(text(element)).toContain('Statement of 2026-04');
        expect(all(element, '.projected')).toHaveLength(0);
    });

    it('keeps what is projected apart from what is earned, with the amount at the next tier', async () => {
        const element = onDeal();
        const open = lineNode('2', { Amount__c: 500, Projected__c: true, Next_Tier_Amount__c: 900.5 });
        await emitted(answer({ lines: [lineNode('1'), open] }));

        expect(all(element, '.earned [data-line]').map(({ dataset }) => dataset.line)).toEqual(['1']);
        expect(all(element, '.projected [data-line]').map(({ dataset }) => dataset.line)).toEqual(['2']);
        expect(amounts(element, '.projected lightning-formatted-number')).toEqual([
            [500, 'EUR'],
            [900.5, 'EUR']
        ]);
        expect(text(element)).toContain('Projected, not earned');
    });

    it('marks a line that is no longer earned', async () => {
        const element = onDeal();
        await emitted(answer({ lines: [lineNode('1', { Amount__c: 0, Status__c: 'Vanished' })] }));

        expect(amounts(element)).toEqual([[0, 'EUR']]);
        expect(text(element)).toContain('no longer earned');
    });

    it('uses the currency of the org where records have none', async () => {
        const element = onDeal();
        const node = lineNode('1');
        delete node.CurrencyIsoCode;
        await emitted(answer({ lines: [node] }));

        expect(amounts(element)).toEqual([[1193.22, 'USD']]);
    });

    it('shows no amount while a statement is being written', async () => {
        const element = onDeal();
        await emitted(answer({ lines: [lineNode('1', {}, { status: 'Updating' })] }));

        expect(amounts(element)).toEqual([]);
        expect(text(element)).toContain('just being written');
    });

    it('tells that it is reading, that there is nothing, and that there are more lines', async () => {
        const element = onDeal();
        expect(text(element)).toContain('Reading');

        await emitted(answer({ lines: [] }));
        expect(text(element)).toContain('This deal pays you nothing so far.');

        await emitted(answer({ lines: [lineNode('1')], more: true }));
        expect(text(element)).toContain('Only the 500 newest lines are shown.');
    });

    it('tells why nothing can be read, and forgets what it showed', async () => {
        const element = onDeal();
        await emitted(answer({ lines: [lineNode('1')] }));
        graphql.emitErrors([{ message: 'No such object.' }, { message: HOSTILE }]);
        await settled();

        expect(all(element, '[role="alert"]')).toHaveLength(1);
        expect(text(element)).toContain('No such object.');
        expect(text(element)).toContain('Tallystick_Payee');
        expect(text(element)).toContain(HOSTILE);
        expect(amounts(element)).toEqual([]);
    });
});

describe('hostile text', () => {
    it('is shown as the text it is, wherever it stands', async () => {
        const element = onStatement();
        const line = lineNode(
            '1',
            { Reason__c: HOSTILE, Why_Not_More__c: HOSTILE, Component__c: HOSTILE, Kind__c: HOSTILE },
            { deal: HOSTILE }
        );
        const curve = { title: HOSTILE, x_label: HOSTILE, y_label: HOSTILE, lines: [], x_ticks: [], y_ticks: [[0, HOSTILE]] };
        const curves = [{ ...curve, here: { x: 0, y: 0, at: HOSTILE, pays: HOSTILE } }];
        const values = { Plan__c: HOSTILE, Summary__c: HOSTILE, Would_Take__c: HOSTILE, Curve__c: JSON.stringify({ curves }) };
        await emitted(answer({ statements: [statementNode(values, HOSTILE)], lines: [line] }));

        expect(all(element, 'img, b, script')).toEqual([]);
        expect(text(element).split(HOSTILE).length).toBeGreaterThan(10);
        expect(all(element, 'lightning-formatted-url')[0].label).toBe(HOSTILE);
        expect(all(element, 'lightning-formatted-url')[0].value).toBe('/lightning/r/Opportunity/006000000000001AAA/view');
    });
});

describe('a statement', () => {
    it('shows the totals that it states and no others', async () => {
        const element = onStatement();
        await emitted(answer({ statements: [statementNode()], lines: [lineNode('1')] }));

        const totals = all(element, '[data-total]').map(({ dataset }) => dataset.total);
        expect(totals).toEqual(['earned', 'payable', 'held', 'carriedForward']);
        expect(amounts(element, '[data-total] lightning-formatted-number').map(([value]) => value)).toEqual([
            36439.45, 30000, 6439.45, 0
        ]);
        expect(text(element)).toContain('Siobhán O’Brien');
        expect(all(element, 'lightning-formatted-date-time')[0].value).toBe('2026-04-30T06:00:00.000Z');
    });

    it('draws the attainment, over 100 % too, with the quota marked', async () => {
        const element = onStatement();
        await emitted(answer({ statements: [statementNode({ Attainment__c: 125 })], lines: [] }));

        const [bar] = all(element, '[role="meter"]');
        expect(['aria-valuenow', 'aria-valuemax', 'aria-valuetext'].map((name) => bar.getAttribute(name))).toEqual([
            '125',
            '125',
            '125 % of the quota'
        ]);
        expect(all(element, '.reached')[0].style.width).toBe('100%');
        expect(all(element, '.quota')[0].style.left).toBe('80%');
    });

    it('draws no attainment where there is no quota', async () => {
        const element = onStatement();
        await emitted(answer({ statements: [statementNode({ Attainment__c: null, Curve__c: null })], lines: [] }));

        expect(all(element, '[role="meter"], svg')).toEqual([]);
        expect(text(element)).toContain('No deal has earned anything in this period yet.');
    });

    it('shows nothing of a statement that is being written', async () => {
        const element = onStatement();
        await emitted(answer({ statements: [statementNode({ Status__c: 'Updating' })], lines: [lineNode('1')] }));

        expect(amounts(element)).toEqual([]);
        expect(text(element)).toContain('just being written');
    });

    it('tells of one that is not shared, and of one that cannot be read', async () => {
        const element = onStatement();
        await emitted(answer({ statements: [], lines: [] }));
        expect(text(element)).toContain('not shared with you');

        graphql.emitErrors([{ message: 'Insufficient rights.' }]);
        await settled();
        expect(text(element)).toContain('Insufficient rights.');
        expect(all(element, '[role="alert"]')).toHaveLength(1);
    });
});

describe('on the home page', () => {
    it('shows the newest statement of the viewer, and any other that is chosen', async () => {
        const element = shown();
        await settled();
        expect(graphql.getLastConfig().variables).toEqual({ payee: '005000000000001AAA' });

        const older = { ...statementNode({ Period__c: '2026-03' }), Id: 'a01000000000002AAA' };
        await emitted(answer({ statements: [statementNode(), older] }), forPayee);
        const [choice] = all(element, 'lightning-combobox');
        expect(choice.options.map(({ label }) => label)).toEqual(['2026-04 · ae · EUR', '2026-03 · ae · EUR']);
        expect(graphql.getLastConfig().variables).toEqual({ statement: STATEMENT });

        choice.dispatchEvent(new CustomEvent('change', { detail: { value: older.Id } }));
        await settled();
        expect(graphql.getLastConfig().variables).toEqual({ statement: older.Id });

        await emitted(answer({ statements: [older], lines: [lineNode('1')] }), forStatement);
        expect(text(element)).toContain('2026-03');
    });

    it('tells that there is none yet, and why none can be read', async () => {
        const element = shown();
        await emitted(answer({ statements: [] }));
        expect(text(element)).toContain('You have no statement yet.');

        graphql.emitErrors([{ message: 'Insufficient rights.' }]);
        await settled();
        expect(text(element)).toContain('Tallystick_Payee');
    });
});
