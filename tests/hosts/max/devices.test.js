// The scripts of the devices, over a little of Live's object model; and [oscine.seq], whose pipe is stood in for.
"use strict";
const test = require("node:test"), assert = require("node:assert"), fs = require("fs"), path = require("path");
const { Gen, Buffer32 } = require("./genexpr.js");
const { MaxScript } = require("./mockv8.js");
const { live } = require("./live.js");
const MAX = path.join(__dirname, "../../../clients/max");
const script = (name) => path.join(MAX, "javascript", name);
const { halves } = require(script("oscine-osc.js"));
const CUTOFF = "live_set tracks 0 devices 1 parameters 3";

function run(name, args = [], options = {}) {
    const outs = [[], [], [], [], []];
    return Object.assign(new MaxScript(script(name), args, { ...options, onOutlet: (outlet, words) => outs[outlet].push(words) }), { outs });
}

test("map: the selected parameter follows over its range, is stored by its path, and says when it is gone", () => {
    const set = live({ "live_set view selected_parameter": { is: CUTOFF }, [CUTOFF]: { name: "Cutoff", min: 20, max: 120 } });
    const map = run("oscine-map.js", [], set);
    map.send("value", 0.5);
    map.send("map");
    map.send("value", 0.5);
    map.send("value", 7);
    assert.equal(set.objects[CUTOFF].value, 120);
    assert.deepEqual(map.outs.slice(0, 2), [[["set", CUTOFF]], [["set", "Cutoff"]]]);
    const restored = run("oscine-map.js", [], set);
    restored.send("text", ...CUTOFF.split(" ").map((word) => (/^\d+$/.test(word) ? Number(word) : word)));
    restored.send("value", 0.25);
    assert.equal(set.objects[CUTOFF].value, 45);
    restored.send("text", "live_set", "tracks", 9);
    assert.match(restored.outs[2][0][1], /there is no parameter live_set tracks 9/);
    restored.send("free");
    restored.send("value", 1);
    assert.equal(set.objects[CUTOFF].value, 45);
    const nothing = run("oscine-map.js", [], live({}));
    nothing.send("map");
    nothing.send("dance");
    assert.deepEqual(nothing.outs[2].map(([, text]) => text), ["select a parameter in Live, then map", "dance is not understood; there are map, text, free, value"]);
});

test("slot: one name among many becomes 0 to 1, of outputs, hits and labels", () => {
    const slot = run("oscine-slot.js");
    slot.send("text", "pitch", 24, 96);
    slot.send("pitch", 60);
    slot.send("filter", 1000);
    slot.send("text", "kick");
    slot.send("hit", "kick", 0.75, 0.9);
    slot.send("hit", "snare", 0.1, 0.9);
    slot.send("label", "kick", 0.2, 1);
    assert.deepEqual(slot.outs[0], [["value", 0.5], ["value", 0.75], ["value", 0.2]]);
});

test("recent: what was heard last, the newest above", () => {
    const recent = run("oscine-recent.js", [2]);
    recent.send("hit", "kick", 0.756, 0.9);
    recent.send("label", "Dog", 0.5, 1);
    recent.send("label", "Bark", 0.4, 2);
    recent.send("pitch", "-", 440.04, 1);
    assert.deepEqual(recent.outs[0].slice(-2), [[1, "set", "440.0 Hz  100 %"], [2, "set", "Dog  50 %"]]);
    assert.deepEqual(recent.outs[0][0], [1, "set", "kick  76 %  (90 %)"]);
});

test("pad: it moves the dials, and the dials ask", () => {
    const pad = run("oscine-pad.js");
    pad.send("padx", 127);
    pad.send("pady", 0);
    pad.send("x", 1);
    pad.send("y", 0.25);
    assert.deepEqual(pad.outs.slice(0, 3), [[[1, 0], [1, 0.25]], [[1]], [[0]]]);
});

test("knobs: dials turn the attributes of the model that is open, over their ranges", () => {
    const knobs = run("oscine-knobs.js", [2]);
    knobs.send("connected", 5, "0.1.0");
    knobs.send("knob", 1, 0.5);
    knobs.send("model", "voice");
    knobs.send("about", "voice", "stream");
    knobs.send("attribute", 0, 3, "gain", "f", 0, 4);
    knobs.send("attribute", 1, 3, "table", "ff", 0, 1);
    knobs.send("attribute", 2, 3, "steps", "i", -3.4e38, 3.4e38);
    knobs.send("knob", 2, 0.8);
    assert.deepEqual(knobs.outs.slice(0, 3), [[["set", "gain", 2], ["set", "steps", 1]], [["info", "voice"]],
        [[1, "set", "-"], [2, "set", "-"], [1, "set", "gain"], [2, "set", "steps"]]]);
});

test("tempo: that of the set, now and when it changes", () => {
    const set = live({ live_set: { tempo: 96 } }), tempo = run("oscine-tempo.js", [], set);
    tempo.send("bang");
    set.change("live_set", "tempo", 120.5);
    assert.deepEqual(tempo.outs[0], [["tempo", 96], ["tempo", 120.5]]);
});

test("clip: what sounded is written into the clip that is open, in beats at the tempo of the set", () => {
    const set = live({ live_set: { tempo: 60 }, "live_set view detail_clip": { is_midi_clip: 1 } }), clip = run("oscine-clip.js", [], set);
    clip.send("write");
    for (const [at, ...note] of [[48000, 60, 100, 1], [72000, 60, 0, 1], [96000, 64, 90, 1], [96000, 67, 80, 2], [120000, 64, 0, 1]]) {
        clip.send("clock", "seq", ...halves(at), 48000);
        clip.send("note", ...note);
    }
    clip.send("write");
    assert.deepEqual(set.calls, [["live_set view detail_clip", "add_new_notes", { notes: [
        { pitch: 60, velocity: 100, start_time: 0, duration: 0.5 }, { pitch: 64, velocity: 90, start_time: 1, duration: 0.5 }, { pitch: 67, velocity: 80, start_time: 1, duration: 0.5 }] }]]);
    assert.deepEqual(clip.outs[0], [["set", "nothing has sounded yet"], ["set", "3 notes written"]]);
    for (const [objects, said] of [[{}, /open a MIDI clip/], [{ "live_set view detail_clip": { is_midi_clip: 0 } }, /no MIDI clip/]]) {
        const other = run("oscine-clip.js", [], live(objects));
        other.send("note", 60, 100, 1);
        other.send("write");
        assert.match(other.outs[0][0][1], said);
    }
});

/// [oscine.seq]: its script, gen~, and a pipe that Max's scheduler serves once in a signal vector (Scheduler in Audio Interrupt).
class Messages {
    constructor(vector = 64) {
        const buffer = new Buffer32(8192, 6);
        Object.assign(this, { vector, now: 0, waiting: [], played: [], late: [], clocks: [] });
        this.gen = new Gen(fs.readFileSync(path.join(MAX, "code/oscine.seq.genexpr"), "utf8"), { "oscine-events": buffer });
        this.script = new MaxScript(script("oscine-notes.js"), ["events"], { buffers: { events: buffer }, onOutlet: (outlet, words) => {
            if (outlet === 0 && words[0] === "clear") this.waiting = [];
            else if (outlet === 0) this.waiting.push([this.now + (words[3] * 48000) / 1000, words.slice(0, 3)]);
            if (outlet === 1) this.late.push(words);
            if (outlet === 4) this.clocks.push(words);
        } });
    }
    run(until) {
        while (this.now < until) {
            if (Math.floor(this.now / 960) !== Math.floor((this.now - this.vector) / 960)) this.script.send("bang");
            const due = this.waiting.filter(([at]) => at < this.now + this.vector).sort((a, b) => a[0] - b[0]);
            this.waiting = this.waiting.filter((one) => !due.includes(one));
            for (const [, note] of due) this.played.push([this.now, ...note]);
            for (let i = 0; i < this.vector; i++, this.now++) this.gen.sample();
        }
    }
    note(at, generation, pitch, duration, more = {}) {
        const { velocity = 100, voice = 1 } = more;
        this.script.send("event", 7, 1, generation, ...halves(at), 1, duration, "note", pitch, velocity, voice);
    }
}

for (const vector of [16, 64, 512]) test(`oscine.seq: begins and ends within a signal vector of ${vector}, chords and repeated notes too`, () => {
    const seq = new Messages(vector), wanted = [];
    seq.run(vector);
    for (let i = 0; i < 60; i++) {
        const at = 3000 + i * 777, pitch = 60 + (i % 2);
        seq.note(at, 0, pitch, 700);
        seq.note(at, 0, 72, 777);
        wanted.push([at, pitch, 100], [at, 72, 100], [at + 700, pitch, 0], [at + 777, 72, 0]);
    }
    seq.run(60000);
    assert.equal(seq.played.length, wanted.length);
    const rest = [...wanted];
    for (const [at, pitch, velocity] of seq.played) {
        const i = rest.findIndex((one) => one[1] === pitch && one[2] === velocity && Math.abs(one[0] - at) <= vector);
        assert.ok(i >= 0, `${at} ${pitch} ${velocity}`);
        rest.splice(i, 1);
    }
    const last = new Map();
    for (const [, pitch, velocity] of seq.played) last.set(pitch, velocity);
    assert.deepEqual([...last.values()], [0, 0, 0], "nothing hangs");
});

test("oscine.seq: a cut silences what is older and ends what sounds; late is told; flush ends all", () => {
    const seq = new Messages();
    seq.run(64);
    seq.script.send("cut", 1, 0, 0);
    seq.note(2000, 1, 60, 20000);
    seq.note(9000, 1, 62, 2000);
    seq.run(4000);
    seq.script.send("cut", 2, ...halves(8000));
    seq.note(8000, 2, 64, 50000);
    seq.note(1000, 2, 65, 100);
    seq.run(12000);
    assert.deepEqual(seq.played.map(([, ...note]) => note), [[60, 100, 1], [60, 0, 1], [64, 100, 1]]);
    assert.ok(Math.abs(seq.played[1][0] - 8000) <= 64);
    assert.equal(seq.late.length, 1);
    seq.script.send("flush");
    seq.run(13000);
    assert.deepEqual(seq.played[3].slice(1), [64, 0, 1]);
    assert.deepEqual(seq.clocks[0].slice(0, 2), ["clock", "events"]);
});

test("oscine.seq: the same key anew ends the note before it, whichever was told first", () => {
    const seq = new Messages();
    seq.run(64);
    seq.note(9000, 0, 60, 9000);
    seq.note(3000, 0, 60, 20000); // ends where the other begins
    seq.run(12000);
    seq.note(13000, 0, 60, 1000); // while the second still sounds
    seq.run(30000);
    assert.deepEqual(seq.played.map(([, , velocity]) => velocity), [100, 0, 100, 0, 100, 0]);
    [3000, 9000, 9000, 13000, 13000, 14000].forEach((at, i) => assert.ok(Math.abs(seq.played[i][0] - at) <= 64, `${i}: ${seq.played[i][0]}`));
});

test("oscine.seq in ticks: what waits moves with the tempo", () => {
    const seq = new Messages();
    seq.script.send("unit", "ticks");
    seq.run(64);
    for (let tick = 480; tick < 4800; tick += 480) seq.note(tick, 0, 60, 240);
    seq.run(48064);
    seq.script.send("tempo", 240);
    seq.run(150000);
    const begun = seq.played.filter(([, , velocity]) => velocity > 0).map(([at]) => at);
    const wanted = [24000, 48000, ...Array.from({ length: 7 }, (_, i) => 48064 + Math.round((1440 + 480 * i - 961.28) * 25))].map((at) => at);
    assert.equal(begun.length, wanted.length);
    begun.forEach((at, i) => assert.ok(Math.abs(at - wanted[i]) <= 128, `${at} ${wanted[i]}`));
});
