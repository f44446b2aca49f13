// The scripts of the session objects and of [oscine.seq~], joined as the patches join them, with gen~ under the evaluator.
"use strict";
const test = require("node:test"), assert = require("node:assert"), fs = require("fs"), path = require("path");
const { Gen, Buffer32 } = require("./genexpr.js");
const { MaxScript } = require("./mockv8.js");
const MAX = path.join(__dirname, "../../../clients/max");
const script = (name) => path.join(MAX, "javascript", name);
const { halves } = require(script("oscine-osc.js"));

function object(kind, given, ...more) {
    const outs = [[], [], [], [], []];
    const it = new MaxScript(script("oscine-object.js"), [kind, "1234", given, ...more], { onOutlet: (outlet, words) => outs[outlet].push(words) });
    it.outs = outs;
    it.send("state", "connected", 5, "0.1.0");
    return it;
}

test("what a patch says as it loads is kept until [oscine] has a daemon, sessions first; where that is there already it says so", () => {
    for (const [word, ...rest] of [["state", "connected", 5, "0.1.0"], ["answer", "here", 1]]) {
        const melody = object("melody", "melody");
        melody.send("state", "started"); // as after the patch was loaded
        melody.send("seed", 7);
        melody.send("loadbang");
        melody.send("clock", "seq", 0, 0, 48000);
        melody.send("answer", "here", 0);
        assert.deepEqual(melody.outs[3], [["session", "1234", "hello"]]);
        melody.send(word, ...rest);
        assert.deepEqual(melody.outs[3].slice(1), [["session", "1234", "rate", 48000], ["session", "1234", "open", "melody"], ["session", "1234", "set", "seed", 7], ["session", "1234", "set", "seed", 7]]);
        melody.send("open", "other");
        assert.deepEqual(melody.outs[3].slice(6), [["session", "1234", "open", "other"], ["session", "1234", "set", "seed", 7]], "another model gets the same");
    }
});

test("params: lists ask, answers carry the names of the outputs, then done", () => {
    const params = object("params", "synth-params");
    params.send("loadbang");
    params.send("answer", "labels", "pitch", "filter");
    params.send(0.4, 0.7);
    params.send("answer", "values", 57.25, 1830.5);
    assert.deepEqual(params.outs[3], [["session", "1234", "hello"], ["session", "1234", "labels", "synth-params"], ["session", "1234", "ask", "synth-params", 0.4, 0.7]]);
    assert.deepEqual(params.outs.slice(0, 3), [[["pitch", 57.25], ["filter", 1830.5]], [[57.25, 1830.5]], [["done"]]]);
    params.send("model", "other");
    params.send("state", "connected", 5, "0.1.0");
    assert.deepEqual(params.outs[3].slice(3), Array(2).fill(["session", "1234", "labels", "other"]));
    params.send("answer", "fail", 404, "/ask", "no model");
    params.send("dance");
    assert.deepEqual(params.outs[2].slice(1), [["fail", 404, "/ask", "no model"], ["fail", 400, "", "dance is not understood"]]);
});

test("melody: words become requests, positions are halves of now, the clock passes twenty times a second", () => {
    const melody = object("melody", "melody");
    melody.send("clock", "seq", ...halves(3_000_000_000), 48000);
    melody.send("clock", "seq", ...halves(3_000_000_100), 48000);
    melody.send("clock", "another seq", 0, 0, 48000);
    melody.send("play");
    melody.send("play", 96000);
    melody.send("stop");
    melody.send("note", 60, 100, 500);
    melody.send("seed", 7);
    melody.send("scale", "C", "D", "E");
    melody.send("policy", "now");
    const sent = melody.outs[3].map((words) => words.slice(2));
    assert.deepEqual(sent, [["clock", ...halves(3_000_000_000), 48000], ["play", ...halves(3_000_004_900)], ["play", ...halves(96000)], ["stop", ...halves(3_000_000_100)],
        ["note", ...halves(3_000_000_100), 60, 100, 24000], ["set", "seed", 7], ["set", "scale", "C", "D", "E"], ["policy", "now"]]);
    melody.outs[1].length = 0;
    melody.send("answer", "event", 9, 1, 1, 1, 2, 1, 480, "note", 60, 100, 1);
    melody.send("answer", "cut", 2, 0, 5);
    assert.deepEqual(melody.outs[1], [["event", 9, 1, 1, 1, 2, 1, 480, "note", 60, 100, 1], ["cut", 2, 0, 5]]);
});

test("melody: play without a position begins one horizon from now, in samples and in ticks", () => {
    const played = (melody) => melody.outs[3].filter(([, , word]) => word === "play").map(([, , , high, low]) => high * 65536 + low);
    for (const [unit, rate, expected] of [[undefined, 48000, [4800, 24000]], ["ticks", 960, [96, 480]]]) {
        const melody = object("melody", "melody", unit);
        melody.send("loadbang");
        assert.deepEqual(melody.outs[1], [["unit", unit || "samples"], ["axis", "1234"]]);
        melody.send(unit || "clock", "seq", 0, 0, rate);
        melody.send("play");
        melody.send("horizon", 500);
        melody.send("play");
        melody.send("tempo", 90);
        assert.deepEqual(played(melody), expected);
        assert.deepEqual(melody.outs[4], unit ? [[90]] : []);
    }
});

test("every word that a patch's source and reference page name is understood by its script", () => {
    const words = (name) => /^words: (.*)$/m.exec(fs.readFileSync(path.join(MAX, "source/patchers", `${name}.patch`), "utf8"))[1].split(" ");
    const buffers = { sound: new Buffer32(65536, 3), voice: new Buffer32(262144, 2), events: new Buffer32(8192, 6) };
    const of = { "oscine.melody": ["oscine-object.js", ["melody", "1-session", "m"]], "oscine.params": ["oscine-object.js", ["params", "1-session", "m"]],
        "oscine.classify~": ["oscine-object.js", ["classify", "1-session", "m", "sound"]], "oscine.stream~": ["oscine-object.js", ["stream", "1-session", "m", "sound", "voice", 0]],
        "oscine.seq~": ["oscine-seq.js", ["events"]], "oscine.seq": ["oscine-notes.js", ["events"]], "oscine.attr": ["oscine-attr.js", ["gain"]] };
    for (const [name, [file, args]] of Object.entries(of)) {
        const wrong = [], it = new MaxScript(script(file), args, { buffers, onOutlet: (outlet, words) => wrong.push(words.join(" ")) });
        if (file === "oscine-object.js") it.send("state", "connected", 5, "0.1.0");
        for (const word of words(name)) it.send(...(word === "list" ? [1, 2] : [word, 1, 2]));
        assert.deepEqual([...wrong, ...it.posted].filter((text) => /is not understood/.test(text)), [], name);
        it.send("dance");
        if (name !== "oscine.attr") assert.equal([...wrong, ...it.posted].filter((text) => /dance is not understood/.test(text)).length, 1, `${name} says what it does not understand`);
    }
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

/// [oscine.seq~]: its script and gen~ over one buffer~; the metro bangs every 960 samples.
class Seq {
    constructor(samplerate = 48000) {
        const buffer = new Buffer32(262144, 6);
        Object.assign(this, { now: 0, fired: [], lists: [], late: [], status: [], others: [], daemon: [], clocks: [], ticks: [] });
        this.gen = new Gen(fs.readFileSync(path.join(MAX, "code/oscine.seq.genexpr"), "utf8"), { "oscine-events": buffer }, { samplerate });
        this.script = new MaxScript(script("oscine-seq.js"), ["events"], { buffers: { events: buffer }, onOutlet: (outlet, words) => this.hear(outlet, words),
            onNamed: (name, words) => name === "1234-clock" && (words[0] === "ticks" ? this.ticks : this.clocks).push(words) });
        this.script.send("axis", "1234");
    }
    hear(outlet, words) {
        if (outlet === 4) this.gen.params[words[0]] = words[1];
        else [this.lists, this.late, this.status, this.others, null, this.daemon][outlet].push(words);
    }
    run(samples) {
        for (const end = this.now + samples; this.now < end; this.now++) {
            if (this.now % 960 === 0) this.script.send("bang");
            const height = this.gen.sample()[0];
            if (height) this.fired.push([this.now, Math.round(height * 127)]);
        }
    }
    note(at, generation, pitch, { duration = 24000, velocity = 100, voice = 1, seq = 1 } = {}) {
        this.script.send("event", 7, seq, generation, ...halves(at), 1, duration, "note", pitch, velocity, voice);
    }
}

test("seq~: a chord fires once, as high as its velocity, and gives two lists; a cut holds; late is told here and to the daemon; the clock goes on", () => {
    const seq = new Seq();
    seq.run(100);
    seq.script.send("cut", 1, 0, 0);
    for (const pitch of [60, 64]) seq.note(5000, 1, pitch);
    seq.note(9000, 1, 67);
    seq.run(6000);
    seq.script.send("cut", 2, ...halves(8000));
    seq.note(9000, 1, 67);
    seq.note(9500, 2, 72, { velocity: 64 });
    seq.note(1000, 2, 48, { seq: 12 });
    seq.run(6000);
    seq.script.send("status");
    assert.deepEqual(seq.fired, [[5000, 100], [9500, 64]]);
    assert.deepEqual(seq.lists, [[60, 100, 500, 1], [64, 100, 500, 1], [60, 0, 0, 1], [64, 0, 0, 1], [72, 64, 500, 1]], "the cut ends what was held");
    assert.deepEqual(seq.late, [[5101 - 1000 - 1 + 659, 12, "note", "-", 48, 100, 1]]);
    assert.deepEqual(seq.daemon, [["late", 7, 1, seq.late[0][0]]]);
    assert.deepEqual(seq.status, [["late", 1, "worst", seq.late[0][0]]]);
    assert.deepEqual(seq.clocks[seq.clocks.length - 1], ["clock", "events", ...halves(seq.now - (seq.now % 960) - 1), 48000]);
});

test("seq~: notes end by their duration, by the same key anew, and by flush; none is left", () => {
    const seq = new Seq();
    seq.note(1000, 0, 60, { duration: 4800 });
    seq.note(2000, 0, 62, { duration: 48000 });
    seq.note(3000, 0, 62, { duration: 48000, velocity: 90 });
    seq.note(4000, 0, 62, { duration: 48000, voice: 2 });
    seq.run(8000);
    assert.deepEqual(seq.lists, [[60, 100, 100, 1], [62, 100, 1000, 1], [62, 0, 0, 1], [62, 90, 1000, 1], [62, 100, 1000, 2], [60, 0, 0, 1]]);
    seq.script.send("flush");
    seq.script.send("flush");
    assert.deepEqual(seq.lists.slice(6), [[62, 0, 0, 1], [62, 0, 0, 2]]);
});

test("seq~: events of other kinds, at position + lookahead", () => {
    const seq = new Seq();
    seq.script.send("lookahead", 100);
    seq.script.send("event", 7, 1, 0, 0, 3000, 0, 0, "hit", "snare", 0.5, 0.9);
    seq.script.send("event", 7, 2, 0, 0, 4000, 0, 0, "pitch", 440, 1);
    seq.run(10000);
    assert.deepEqual(seq.fired, [[7800, 64], [8800, 127]]);
    assert.deepEqual(seq.others, [["hit", "snare", 0.5, 0.9], ["pitch", "-", 440, 1]]);
});

test("seq~ takes the rate from gen~: lists in ms, the clock, and the session are right at 44.1 kHz", () => {
    const seq = new Seq(44100), melody = object("melody", "melody");
    seq.run(961);
    seq.note(5000, 1, 60, { duration: 22050 });
    seq.run(6000);
    assert.deepEqual(seq.lists, [[60, 100, 500, 1]]);
    melody.send(...seq.clocks[1]);
    assert.deepEqual(melody.outs[3][0], ["session", "1234", "rate", 44100]);
});

test("seq~ in ticks: what waits moves with the tempo, each event on the sample of its tick, and the ticks are told", () => {
    const seq = new Seq(), tempos = [[3000, 60], [20001, 173], [20500, 90.5], [41000, 240]], placed = [];
    seq.script.send("unit", "ticks");
    for (let tick = 10; tick < 2000; tick += 37) seq.note(tick, 0, 60, { duration: 10 });
    let sample = 0, tick = 0, bpm = 120, next = 10;
    for (const [until, then] of [...tempos, [90000, 0]]) { // by hand; a tempo begins with the sample that gen~ told last
        const perSample = ((bpm / 60) * 480) / 48000, end = until - 1;
        for (; next < 2000 && Math.round(sample + (next - tick) / perSample) < end; next += 37) placed.push(Math.round(sample + (next - tick) / perSample));
        tick += (end - sample) * perSample;
        [sample, bpm] = [end, then];
    }
    for (const [at, beats] of tempos) {
        seq.run(at - seq.now);
        seq.script.send("tempo", beats);
    }
    seq.run(90000 - seq.now);
    assert.deepEqual(seq.fired.map(([at]) => at), placed);
    assert.ok(placed.length > 40);
    assert.deepEqual(seq.late, []);
    seq.script.send("bang");
    const [, , high, low, perSecond] = seq.ticks[seq.ticks.length - 1];
    assert.deepEqual([high * 65536 + low, perSecond], [Math.floor(tick), 1920]);
});

test("seq~ without its buffer~ says so", () => {
    const it = new MaxScript(script("oscine-seq.js"), ["nowhere"]);
    it.send("bang");
    it.send("dance");
    it.send("policy", "sometimes");
    it.send("tempo", 1);
    assert.match(it.posted[0], /buffer~ nowhere is not there/);
    assert.match(it.posted[1], /dance is not understood/);
    assert.match(it.posted[2], /policy takes drop, now or shift, not sometimes/);
    assert.match(it.posted[3], /10 to 400/);
});
