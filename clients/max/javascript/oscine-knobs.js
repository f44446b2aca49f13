// The script of [v8 oscine-knobs.js COUNT] in Oscine Stream: the dials of Live turn the attributes of whatever model is open. In: model NAME asks for its
// attributes; connected … and attribute … as [oscine] tells them; knob NUMBER X (0 to 1 of the range). Out: 0 set ATTRIBUTE VALUE, for [oscine.stream~]; 1 to [oscine];
// 2 NUMBER set NAME, for the texts beside the dials.
inlets = 1;
outlets = 3;

const COUNT = Number(jsarguments[1]) || 4;
const NO_LIMIT = 1e30; // an attribute without one: the largest float
const turned = new Map(); // number -> x
let attributes = [], asked = "", alive = false;

function model(name) {
    asked = String(name);
    attributes = [];
    for (let i = 1; i <= COUNT; i++) outlet(2, i, "set", "-");
    if (alive) outlet(1, "info", asked);
}

function connected() {
    alive = true;
    if (asked) model(asked);
}

function disconnected() { alive = false; }

/// n of NAME TYPES MIN MAX, of a model that was asked about; one number each is what a dial can be.
function attribute(n, of, name, types, low, high) {
    if (n === 0) attributes = [];
    if (types !== "f" && types !== "i" && types !== "b") return;
    if (attributes.length >= COUNT) return;
    const limited = Math.abs(low) < NO_LIMIT && Math.abs(high) < NO_LIMIT;
    attributes.push({ name, types, low: limited ? low : 0, high: limited ? high : 1 });
    outlet(2, attributes.length, "set", name);
    if (turned.has(attributes.length)) send(attributes.length);
}

function knob(number, x) {
    turned.set(number, Math.min(1, Math.max(0, x)));
    send(number);
}

function send(number) {
    const it = attributes[number - 1];
    if (!it) return;
    const value = it.low + turned.get(number) * (it.high - it.low);
    outlet(0, "set", it.name, it.types === "f" ? value : Math.round(value));
}

function anything() {} // what else [oscine] tells
