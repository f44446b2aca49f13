// The script of [v8 oscine-slot.js] in devices: one name among many, as a number from 0 to 1. In: text NAME LOW HIGH: which, and its range (0 and 1 where left
// out); NAME VALUE, hit NAME VELOCITY …, label NAME SCORE …. Out: value X.
inlets = 1;
outlets = 1;

let wanted = "", low = 0, high = 1;

function text(name = "", from = 0, to = 1) { [wanted, low, high] = [String(name), Number(from), Number(to)]; }

function take(name, value) {
    if (name === wanted && typeof value === "number" && high !== low) outlet(0, "value", Math.min(1, Math.max(0, (value - low) / (high - low))));
}

function anything(...words) {
    if (messagename === "hit" || messagename === "label") take(words[0], words[1]);
    else take(messagename, words[0]);
}
