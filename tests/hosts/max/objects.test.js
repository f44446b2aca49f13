// The scripts of the session objects and of [oscine.seq~], joined as the patches join them, with gen~ under the evaluator.
"use strict";
const test = require("node:test"), assert = require("node:assert"), fs = require("fs"), path = require("path");
const { Gen, Buffer32 } = require("./genexpr.js");
const { MaxScript } = require("./mockv8.js");
const MAX = path.join(__dirname, "../../../clients/max");
const script = (name) => path.join(MAX, "javascript", name);
const { halves } = require(script("oscine-osc.js"));

function object(kind, given) {
    const outs = [[], [], [], []];
    const it = new MaxScript(script("oscine-object.js"), [kind, "1234", given], { onOutlet: (outlet, words) => outs[outlet].push(words) });
    it.outs = outs;
    return it;
}

test("params: lists ask, answers carry the names of the outputs, then done", () => {
    const params = object("params", "synth-params");
    params.send("loadbang");
    params.send("answer", "labels", "pitch", "filter");
    params.send(0.4, 0.7);
    params.send("answer", "values", 57.25, 1830.5);
    assert.deepEqual(params.outs[3], [["session", "1234", "labels", "synth-params"], ["session", "1234", "ask", "synth-params", 0.4, 0.7]]);
    assert.deepEqual(params.outs.slice(0, 3), [[["pitch", 57.25], ["filter", 1830.5]], [[57.25, 1830.5]], [["done"]]]);
    params.send("model", "other");
    params.send("state", "connected", 5, "0.1.0");
    assert.deepEqual(params.outs[3].slice(2), Array(2).fill(["session", "1234", "labels", "other"]));
    params.send("answer", "fail", 404, "/ask", "no model");
    params.send("dance");
    assert.deepEqual(params.outs[2].slice(1), [["fail", 404, "/ask", "no model"], ["fail", 400, "", "dance is not understood"]]);
});

test("melody: words become requests, positions are halves of now, the clock passes twenty times a second", () => {
    const melody = object("melody", "melody");
    melody.send("clock", ...halves(3_000_000_000), 48000);
    melody.send("clock", ...halves(3_000_000_100), 48000);
    melody.send("play");
    melody.send("play", 96000);
    melody.send("stop");
    melody.send("note", 60, 100, 500);
    melody.send("seed", 7);
    melody.send("scale", "C", "D", "E");
    melody.send("policy", "now");
    const sent = melody.outs[3].map((words) => words.slice(2));
    assert.deepEqual(sent, [["clock", ...halves(3_000_000_000), 48000], ["play", ...halves(3_000_012_100)], ["play", ...halves(96000)], ["stop", ...halves(3_000_000_100)],
        ["note", ...halves(3_000_000_100), 60, 100, 24000], ["set", "seed", 7], ["set", "scale", "C", "D", "E"], ["policy", "now"]]);
    melody.send("answer", "event", 1, 2, 1, 480, 1, "note", 60, 100, 1);
    melody.send("answer", "cut", 0, 5, 2);
    assert.deepEqual(melody.outs[1], [["event", 1, 2, 1, 480, 1, "note", 60, 100, 1], ["cut", 0, 5, 2]]);
});

test("attr: numbers become set, bang becomes get, and its own value becomes a number", () => {
    const outs = [[], []];
    const attr = new MaxScript(script("oscine-attr.js"), ["temperature"], { onOutlet: (outlet, words) => outs[outlet].push(words) });
    attr.send(0.5);
    attr.send(1, 2);
    attr.send("bang");
    attr.send("value", "temperature", 0.7);
    attr.send("value", "seed", 7);
    attr.send("opened", "melody", 0);
    attr.send("major");
    assert.deepEqual(outs, [[["set", "temperature", 0.5], ["set", "temperature", 1, 2], ["get", "temperature"], ["set", "temperature", "major"]], [[0.7]]]);
});

test("classify: labels with their position, and the best one triggers", () => {
    const ear = object("classify", "drums");
    ear.send("answer", "event", 1, 2, 0, 0, 0, "label", "snare", 0.9, 1);
    ear.send("answer", "event", 1, 2, 0, 0, 0, "label", "kick", 0.05, 2);
    assert.deepEqual(ear.outs[0], [["label", "snare", 0.9, 65538], ["label", "kick", 0.05, 65538]]);
    assert.equal(ear.outs[1].length, 1);
});

/// [oscine.seq~]: its script and gen~ over one buffer~; the metro bangs every 960 samples.
class Seq {
    constructor(samplerate = 48000) {
        const buffer = new Buffer32(262144, 6);
        Object.assign(this, { now: 0, fired: [], lists: [], late: [], clocks: [] });
        this.gen = new Gen(fs.readFileSync(path.join(MAX, "code/oscine.seq.genexpr"), "utf8"), { "oscine-events": buffer }, { samplerate });
        this.script = new MaxScript(script("oscine-seq.js"), ["events"], { buffers: { events: buffer }, onOutlet: (outlet, words) => this.hear(outlet, words) });
    }
    hear(outlet, words) {
        if (outlet === 2) this.gen.params[words[0]] = words[1];
        else [this.lists, this.late, null, this.clocks][outlet].push(words);
    }
    run(samples) {
        for (const end = this.now + samples; this.now < end; this.now++) {
            if (this.now % 960 === 0) this.script.send("bang");
            if (this.gen.sample()[0]) this.fired.push(this.now);
        }
    }
}

test("seq~: a chord fires once and gives two lists, a cut holds, late is told, the clock goes on", () => {
    const seq = new Seq();
    const note = (at, generation, pitch) => seq.script.send("event", ...halves(at), 1, 24000, generation, "note", pitch, 100, 1);
    seq.run(100);
    seq.script.send("cut", 0, 0, 1);
    for (const pitch of [60, 64]) note(5000, 1, pitch);
    note(9000, 1, 67);
    seq.run(6000);
    seq.script.send("cut", ...halves(8000), 2);
    note(9000, 1, 67);
    note(9500, 2, 72);
    note(1000, 2, 48);
    seq.run(6000);
    assert.deepEqual(seq.fired, [5000, 9500]);
    assert.deepEqual(seq.lists, [[60, 100, 500, 1], [64, 100, 500, 1], [72, 100, 500, 1]]);
    assert.deepEqual(seq.late.map(([word, pitch]) => [word, pitch]), [["late", 48]]);
    assert.deepEqual(seq.clocks[seq.clocks.length - 1], ["clock", ...halves(seq.now - (seq.now % 960) - 1), 48000]);
});

test("seq~ takes the rate from gen~: lists in ms, the clock, and the session are right at 44.1 kHz", () => {
    const seq = new Seq(44100), melody = object("melody", "melody");
    seq.run(961);
    seq.script.send("event", 0, 5000, 1, 22050, 1, "note", 60, 100, 1);
    seq.run(6000);
    assert.deepEqual(seq.lists, [[60, 100, 500, 1]]);
    melody.send(...seq.clocks[1]);
    assert.deepEqual(melody.outs[3][0], ["session", "1234", "rate", 44100]);
});

test("seq~ without its buffer~ says so", () => {
    const it = new MaxScript(script("oscine-seq.js"), ["nowhere"]);
    it.send("bang");
    it.send("dance");
    assert.match(it.posted[0], /buffer~ nowhere is not there/);
    assert.match(it.posted[1], /dance is not understood/);
});
