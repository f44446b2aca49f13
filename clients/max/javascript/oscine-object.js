// The script of [v8 oscine-object.js KIND SELF MODEL] in every session object. KIND: params, melody or classify; SELF: a name
// of its own ([oscine] keeps a session under it). In: the person's words; answer … from [oscine]; clock HIGH LOW RATE from [oscine.seq~].
// Out: 0 results; 1 all values of a result, or events for [oscine.seq~]; 2 state, done and fail; 3 to [oscine].
const { halves, position } = require("oscine-osc.js");

inlets = 1;
outlets = 4;

const [, KIND, SELF, GIVEN] = jsarguments;
const SETTINGS = ["enable", "lookahead", "horizon", "policy", "expire", "reorder", "format"];
const ATTRIBUTES = ["temperature", "top_p", "density", "range", "scale", "root", "seed", "tempo", "voices", "velocity", "meter"];
const AHEAD_MS = 250; // play without a position: so far from now
const given = (value) => typeof value === "string" && value !== "" ? value : "";

let model = given(GIVEN), names = [], now = 0, rate = 48000, told = -1;

const toDaemon = (...words) => outlet(3, "session", SELF, ...words);
const wrong = (text) => outlet(2, "fail", 400, "", text);
const ms = (value) => Math.round((value * rate) / 1000);

function ready() {
    if (!model) return;
    if (KIND === "params") toDaemon("labels", model);
    else open(model);
}

function loadbang() { ready(); }

function open(name = model, method = "") {
    if (!given(name)) return wrong("open takes the name of a model: open MODEL [METHOD]");
    model = name;
    toDaemon("rate", rate);
    if (method) toDaemon("open", model, method);
    else toDaemon("open", model);
}

function close() { toDaemon("close"); }
function reset() { toDaemon("reset"); }
function set(...words) { toDaemon("set", ...words); }
function get(...words) { toDaemon("get", ...words); }

/// params: the model whose outputs are wanted.
function setmodel(name) {
    model = name;
    ready();
}

function list(...values) {
    if (KIND !== "params") return wrong(`${KIND} takes no list`);
    if (!model) return wrong("model MODEL first");
    toDaemon("ask", model, ...values);
}

function msg_float(value) { list(value); }
function msg_int(value) { list(value); }

function play(...words) { plan("play", words); }
function stop(...words) { plan("stop", words); }

/// Nothing: a little ahead of now. One number: a position. Two: its halves.
function plan(word, words) {
    const at = words.length === 0 ? now + (word === "play" ? ms(AHEAD_MS) : 0) : words.length === 1 ? words[0] : position(...words);
    toDaemon(word, ...halves(at));
}

/// A note of the seed, at the moment it is given.
function note(pitch, velocity = 100, duration = 250) { toDaemon("note", ...halves(now), pitch, velocity, ms(duration)); }
function forget() { toDaemon("clear"); }

function clock(high, low, hz) {
    now = position(high, low);
    if (hz && hz !== rate) {
        rate = hz;
        toDaemon("rate", rate);
    }
    if (now - told >= ms(50) || now < told) { // twenty times a second
        told = now;
        toDaemon("clock", high, low, rate);
    }
}

/// What [oscine] says to this object.
function answer(word, ...words) {
    if (word === "values") {
        words.forEach((value, i) => outlet(0, names[i] === undefined ? String(i) : names[i], value));
        outlet(1, ...words);
        outlet(2, "done");
    } else if (word === "labels") names = words;
    else if (word === "event") heard(words);
    else if (word === "cut") outlet(1, "cut", ...words);
    else if (word === "frames" || word === "result") outlet(0, word, ...words);
    else outlet(2, word, ...words);
}

function heard(words) {
    const [high, low, , , , kind, ...values] = words;
    if (KIND === "classify" && kind === "label") outlet(0, "label", values[0], values[1], position(high, low));
    else if (kind !== "note") outlet(0, kind, ...values, position(high, low));
    if (kind !== "label" || values[2] === 1) outlet(1, "event", ...words); // the best label triggers
}

/// connected, restarted: what is known of the model may have changed. Sessions come back by themselves.
function state(word) { if (word === "connected" || word === "restarted") if (KIND === "params") ready(); }

function anything(...words) {
    if (messagename === "model" && KIND === "params") return setmodel(words[0]);
    if (SETTINGS.includes(messagename)) return toDaemon(messagename, ...words);
    if (KIND === "melody" && ATTRIBUTES.includes(messagename)) return set(messagename, ...words);
    wrong(`${messagename} is not understood`);
}
