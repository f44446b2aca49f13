// What every session object understands, as a person at a patch says it. Knows no Max: `out` are functions.
"use strict";

const { halves, position } = require("./oscine-osc.js");

const SETTINGS = ["enable", "lookahead", "horizon", "policy", "expire", "reorder", "format"];
const UNITS = ["samples", "ticks"];
const CLOCK_MS = 50; // the daemon hears twenty times a second where the host is
const TICKS_PER_BEAT = 480;

const PASSING = new Set(["clock", "sound", "frames", "finish", "hello"]); // of no use later
const FIRST = new Set(["unit", "rate", "open"]);
const MOST_EARLY = 1024;

const given = (value) => (typeof value === "string" && value !== "" ? value : ""); // an argument that was left out is 0

/// out: {main(…), second(…), state(…), daemon(…), tempo(bpm)}; self: the name under which [oscine] keeps the session.
class SessionObject {
    constructor(out, { self, model, unit, method }) {
        Object.assign(this, { out, self, model: given(model), method: given(method), unit: UNITS.includes(unit) ? unit : "samples" });
        this.now = 0;
        this.rate = this.unit === "ticks" ? (120 / 60) * TICKS_PER_BEAT : 48000;
        this.told = -1;
        this.axis = null; // the sequencer whose clock it follows
        this.alive = false; // [oscine] has a daemon; before, what a patch says as it loads is kept
        this.early = [];
        this.lasting = new Map(); // attributes that the next model gets, too
    }

    toDaemon(...words) { this.send(this.self, words); }

    send(name, words) {
        if (this.alive) this.out.daemon("session", name, ...words);
        else if (!PASSING.has(words[0]) && this.early.length < MOST_EARLY) this.early.push([name, words]);
    }

    /// [oscine] is there, with a daemon: what was kept leaves now, sessions before what is asked of them, in whatever order the patch loaded.
    wake() {
        if (this.alive) return;
        this.alive = true;
        const kept = this.early.splice(0), first = ([, [word]]) => FIRST.has(word);
        for (const [name, words] of [...kept.filter(first), ...kept.filter((one) => !first(one))]) this.send(name, words);
    }

    /// What [oscine] says of itself: started (it knows nothing yet), connected, restarted, disconnected.
    state(word) {
        if (word === "started") this.alive = false;
        if (word === "connected" || word === "restarted") this.wake();
    }

    /// An attribute that every model of this kind has.
    keep(name, values) {
        this.lasting.set(name, values);
        this.toDaemon("set", name, ...values);
    }

    wrong(text) { this.out.state("fail", 400, "", text); }

    units(ms) { return Math.round((ms * this.rate) / 1000); }

    /// The patch was loaded. [oscine] may have been there for long: it is asked.
    begin() {
        this.out.daemon("session", this.self, "hello");
        this.start();
    }

    start() { if (this.model) this.open(this.model, this.method); }

    open(name = this.model, method = "") {
        if (!given(name)) return this.wrong("open takes the name of a model: open MODEL [METHOD]");
        this.model = name;
        if (this.unit === "ticks") this.toDaemon("unit", "ticks");
        this.toDaemon("rate", this.rate);
        if (given(method)) this.toDaemon("open", name, method);
        else this.toDaemon("open", name);
        for (const [attribute, values] of this.lasting) this.toDaemon("set", attribute, ...values);
    }

    /// Where the sequencer is. The first one that was heard is followed; of a rate of samples that changes the daemon is told.
    clock(id, high, low, rate) {
        if (this.axis === null) this.axis = id;
        if (this.axis !== id) return;
        this.now = position(high, low);
        if (rate && rate !== this.rate) {
            this.rate = rate;
            if (this.unit === "samples") this.toDaemon("rate", rate);
        }
        if (this.now - this.told >= this.units(CLOCK_MS) || this.now < this.told) {
            this.told = this.now;
            this.toDaemon("clock", high, low, this.rate);
        }
    }

    /// A word of the patch; false where it is none of these.
    message(word, ...args) {
        if (["close", "reset", "get", "set"].includes(word) || SETTINGS.includes(word)) this.toDaemon(word, ...args);
        else if (word === "open") this.open(...args);
        else if (word === this.unitsWord()) this.clock(...args);
        else if (word === "answer" && args[0] === "here") {
            if (args[1] === 1) this.wake();
        } else if (word === "answer") this.answer(...args);
        else if (word === "state") this.state(...args);
        else if (!["clock", "ticks"].includes(word)) return false;
        return true;
    }

    unitsWord() { return this.unit === "ticks" ? "ticks" : "clock"; }

    unknown(word) { this.wrong(`${word} is not understood`); }

    list() { this.wrong("a list is not understood"); }

    /// What [oscine] says to this object.
    answer(word, ...words) { this.out.state(word, ...words); }
}

module.exports = { SessionObject, SETTINGS, given, halves, position };
