import { createElement } from 'lwc';
import CommissionCurve from 'c/commissionCurve';
import { CURVE } from '../../commissionStatement/__tests__/answers';

async function shown(drawing) {
    const element = createElement('c-commission-curve', { is: CommissionCurve });
    element.drawing = drawing;
    document.body.appendChild(element);
    await Promise.resolve();
    return element.shadowRoot;
}

afterEach(() => {
    document.body.replaceChildren();
});

it('draws every stretch from the lower left, and where the payee is', async () => {
    const root = await shown(JSON.stringify({ curves: [CURVE] }));

    const ends = [...root.querySelectorAll('line.curve')].map((each) =>
        ['x1', 'y1', 'x2', 'y2'].map((name) => Number(each.getAttribute(name)))
    );
    expect(ends[0].slice(0, 2)).toEqual([78, 172]);
    expect(ends[1].slice(2)).toEqual([386, 22]);
    expect(ends[0].slice(2)).toEqual(ends[1].slice(0, 2));
    expect(Number(root.querySelector('circle').getAttribute('cy'))).toBeCloseTo(130.3);
    expect(root.querySelector('svg').getAttribute('aria-label')).toBe(
        'You are here: at 62.5 % of quota, where the curve pays 5,000.00 EUR.'
    );
});

it('leaves out labels that would run into the one before', async () => {
    const x_ticks = [
        [0, '0.00'],
        [20, '10,000.00'],
        [500, '250,000.00']
    ];
    const root = await shown(JSON.stringify({ curves: [{ ...CURVE, x_ticks }] }));

    const labels = [...root.querySelectorAll('text[text-anchor="middle"]')].map((each) => each.textContent);
    expect(labels).toEqual(['0.00', '250,000.00']);
});

it.each(['', '{', '[]', '{"curves": [{}]}', JSON.stringify({ curves: [{ ...CURVE, lines: [[0, 0, 'x', 1]] }] })])(
    'says of %s that it cannot be drawn',
    async (drawing) => {
        const root = await shown(drawing);
        expect(root.textContent).toContain('cannot be drawn');
        expect(root.querySelector('svg')).toBeNull();
    }
);

it('is silent where there is no curve', async () => {
    const root = await shown('{"curves": []}');
    expect(root.textContent).toBe('');
});
