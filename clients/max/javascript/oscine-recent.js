// The script of [v8 oscine-recent.js ROWS] in Oscine Classify: what was heard last, the newest above. In: hit NAME VELOCITY SCORE, label NAME SCORE RANK (the
// best only), pitch - HZ CONFIDENCE. Out: ROW set TEXT.
inlets = 1;
outlets = 1;

const ROWS = Number(jsarguments[1]) || 3;
const rows = [];

function show(text) {
    rows.unshift(text);
    rows.splice(ROWS);
    rows.forEach((row, i) => outlet(0, i + 1, "set", row));
}

const percent = (value) => `${Math.round(100 * value)} %`;

function hit(name, velocity, score) { show(`${name}  ${percent(velocity)}  (${percent(score)})`); }
function label(name, score, rank) { if (rank === 1) show(`${name}  ${percent(score)}`); }
function pitch(_, hz, confidence) { show(`${hz.toFixed(1)} Hz  ${percent(confidence)}`); }
function anything() {} // other kinds
