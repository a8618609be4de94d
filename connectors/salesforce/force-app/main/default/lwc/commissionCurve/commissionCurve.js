import { LightningElement, api } from 'lwc';

/* Of a drawing: width, what is free around the plot, the plot's height, a line of text. */
const [WIDTH, LEFT, RIGHT, TOP, PLOT, TEXT] = [400, 78, 14, 22, 150, 14];
const WHOLE = 1000;
/* Beyond this place, what stands beside a point is written to its left. */
const NEAR_THE_EDGE = 600;
const CHARACTER = 6;

/**
 * Draws the payout curves of a statement, each with "you are here".
 *
 * `drawing` is the text of Curve__c, whose shape is in `connectors/salesforce/curve.schema.json`: for each component a
 * title, axis labels and ticks, straight stretches, and `here`. Places are thousandths of the plot from its lower left;
 * everything that is a number to a person, such as what the curve pays here, comes as the text to show. So nothing is
 * computed but where a point lies on the page.
 */
export default class CommissionCurve extends LightningElement {
    @api drawing;

    get curves() {
        try {
            return JSON.parse(this.drawing).curves.map(drawn);
        } catch {
            return undefined;
        }
    }

    get none() {
        return this.curves?.length === 0;
    }
}

function drawn(curve, key) {
    const { here } = curve;
    const left = here.x > NEAR_THE_EDGE;
    const beside = { x: x(here.x) + (left ? -9 : 9), anchor: left ? 'end' : 'start' };
    return {
        key,
        title: curve.title,
        viewBox: `0 0 ${WIDTH} ${TOP + PLOT + 3 * TEXT}`,
        said: `You are here: at ${here.at}, where the curve pays ${here.pays}.`,
        rows: curve.y_ticks.map(([place, label], id) => ({ id, label, ...stretch([0, place, WHOLE, place]), textX: LEFT - 6 })),
        columns: spaced(curve.x_ticks).map(([place, label], id) => ({ id, label, x: x(place) })),
        columnsY: TOP + PLOT + TEXT,
        stretches: curve.lines.map((line, id) => ({ id, ...stretch(line) })),
        axes: [[0, 0, WHOLE, 0], [0, 0, 0, WHOLE]].map((line, id) => ({ id, ...stretch(line) })),
        upright: stretch([here.x, 0, here.x, here.y]),
        here: { x: x(here.x), y: y(here.y), ...labelled(beside, here) },
        xLabel: { text: curve.x_label, x: WIDTH - RIGHT, y: TOP + PLOT + 2 * TEXT + 4 },
        yLabel: { text: curve.y_label, x: 0, y: TEXT - 4 }
    };
}

/** Pay grows to the right: what is to the left of the point stands above the curve, what is to the right below. */
function labelled({ x: textX, anchor }, here) {
    const below = anchor === 'start' && here.y > WHOLE / 4;
    const textY = y(here.y) + (below ? TEXT : -TEXT - 4);
    return { textX, anchor, textY, atY: textY + TEXT, at: here.at };
}

function stretch([x1, y1, x2, y2]) {
    return { x1: x(x1), y1: y(y1), x2: x(x2), y2: y(y2) };
}

/** The ticks whose labels do not run into the one before. */
function spaced(ticks) {
    let free = 0;
    return ticks.filter(([place, label]) => {
        const half = (CHARACTER * label.length) / 2;
        const fits = x(place) - half >= free && x(place) + half <= WIDTH;
        free = fits ? x(place) + half + CHARACTER : free;
        return fits;
    });
}

function x(across) {
    return placed(LEFT + (across * (WIDTH - LEFT - RIGHT)) / WHOLE);
}

function y(up) {
    return placed(TOP + PLOT - (up * PLOT) / WHOLE);
}

/** A place on the page; whatever is no number is no drawing. */
function placed(pixels) {
    if (!Number.isFinite(pixels)) {
        throw new TypeError('a place is a number');
    }
    return pixels;
}
