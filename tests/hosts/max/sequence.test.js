// oscine.seq~: its gen~ code under our evaluator, fed by its script through networks that delay, reorder and double.
"use strict";
const test = require("node:test"), assert = require("node:assert"), fs = require("fs"), path = require("path");
const { Gen, Buffer32 } = require("./genexpr.js");
const MAX = path.join(__dirname, "../../../clients/max");
const { Sequence } = require(path.join(MAX, "javascript/oscine-sequence.js"));
const SOURCE = fs.readFileSync(path.join(MAX, "code/oscine.seq.genexpr"), "utf8");
const CHANNELS = 6;

/// Numbers that a seed repeats (mulberry32).
function random(seed) {
    return () => {
        seed = (seed + 0x6d2b79f5) | 0;
        let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
        t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
}

/// A patch: messages are taken between vectors only; the script hears the clock every `every` samples.
class Patch {
    constructor({ frames = 65536, vector = 64, start = 0, every = 960, immediate = true, policy = "drop", margin = 2048 } = {}) {
        this.buffer = new Buffer32(frames, CHANNELS);
        this.gen = new Gen(SOURCE, { "oscine-events": this.buffer }, { immediate });
        Object.assign(this.gen.params, { starthi: Math.floor(start / 65536), startlo: start % 65536 });
        Object.assign(this, { vector, every, now: start, told: start, fired: [], notes: [], late: [] });
        this.sequence = new Sequence(this.buffer, {
            notes: (event) => this.notes.push(event.id),
            late: (event, by) => this.late.push([event.id, by]),
            cut: (at, generation) => Object.assign(this.gen.params, { cuthi: Math.floor(at / 65536), cutlo: at % 65536, generation }),
        }, { policy, margin });
        this.sequence.clock(start);
    }
    /// One signal vector; messages: what arrives before it.
    step(messages) {
        for (const message of messages) message(this.sequence);
        for (let i = 0; i < this.vector; i++, this.now++) {
            const [fires, pitch, , , position] = this.gen.sample();
            if (position !== this.now || this.buffer.peek(5, 0) !== this.now % 2 ** 24) assert.fail(`${position} at ${this.now}`);
            if (fires) this.fired.push([this.now, pitch]);
        }
        if (this.now - this.told >= this.every) this.sequence.clock((this.told = this.now));
    }
    /// arrivals: [[sample, message], …], sorted. Runs until `end`.
    run(arrivals, end) {
        let next = 0;
        while (this.now < end) {
            const due = [];
            while (next < arrivals.length && arrivals[next][0] <= this.now) due.push(arrivals[next++][1]);
            this.step(due);
        }
        this.sequence.clock(this.now);
    }
}

/// Events at positions of their own, each sent ahead by `ahead` and delayed by up to `jitter`, so that they change places.
function plan(seed, start, count, span, ahead, jitter) {
    const next = random(seed), taken = new Set(), arrivals = [];
    while (taken.size < count) taken.add(start + ahead + Math.floor(next() * span));
    const positions = [...taken].sort((a, b) => a - b);
    positions.forEach((at, id) => {
        const add = (sequence) => sequence.add({ at, when: 1, generation: 1, values: [id % 1024, 100, 10], id });
        arrivals.push([at - ahead + Math.floor(next() * jitter), add]);
    });
    arrivals.sort((a, b) => a[0] - b[0]);
    return { positions, arrivals };
}

for (const vector of [1, 2, 16, 64, 100, 512, 2048]) test(`every event on its sample, vectors of ${vector}`, () => {
    const { positions, arrivals } = plan(vector, 0, 500, 120000, 12000, 8000);
    const patch = new Patch({ vector, immediate: vector % 3 !== 0 });
    patch.run(arrivals, 140000);
    assert.deepEqual(patch.fired, positions.map((at, id) => [at, id % 1024]));
    assert.deepEqual(patch.notes, positions.map((_, id) => id), "the list of notes tells each once, in order");
    assert.deepEqual(patch.late, []);
});

test("past 2^24, 2^31 and 2^40 samples", () => {
    for (const start of [2 ** 24 - 5000, 2 ** 31 - 5000, 2 ** 40 - 5000]) {
        const { positions, arrivals } = plan(7, start, 100, 20000, 6000, 3000), patch = new Patch({ start });
        patch.run(arrivals, start + 30000);
        assert.deepEqual(patch.fired.map(([at]) => at), positions);
    }
});

test("ten thousand events sound the same for every seed of the network", () => {
    const heard = [1, 2, 3].map((seed) => {
        const { arrivals, positions } = plan(99, 0, 10000, 480000, 24000, 1), next = random(seed);
        const network = arrivals.map(([at, add]) => [at + Math.floor(next() * 20000), add]).sort((a, b) => a[0] - b[0]);
        const patch = new Patch({ vector: 512 });
        patch.run(network, 520000);
        assert.equal(patch.fired.length, 10000);
        assert.deepEqual(patch.fired.map(([at]) => at), positions);
        return JSON.stringify(patch.fired);
    });
    assert.equal(new Set(heard).size, 1);
});

/// What Pd and SuperCollider are tested with: {NAME: [[position, duration, pitch, velocity], …]}.
const HOSTS = JSON.parse(process.env.OSCINE_NOTES ?? "{}");
for (const [name, notes] of Object.entries(HOSTS)) test(`the events of ${name}, 100 ms ahead, through delays up to 95 ms and doubles`, () => {
    for (const [vector, seed] of [[1, 1], [64, 2], [64, 3], [333, 4], [2048, 5]]) {
        const next = random(seed), ahead = 4800 + vector, patch = new Patch({ vector }), arrivals = [];
        for (const [id, [at, , , velocity]] of notes.entries()) {
            const add = (sequence) => sequence.add({ at: at + ahead, when: 1, generation: 1, values: [velocity, 100, 10], id });
            for (let copies = next() < 0.05 ? 2 : 1; copies > 0; copies--) arrivals.push([at + Math.floor(next() * 4560), add]);
        }
        patch.run(arrivals.sort((a, b) => a[0] - b[0]), notes.at(-1)[0] + ahead + 2 * vector);
        assert.deepEqual(patch.fired, notes.map(([at, , , velocity]) => [at + ahead, velocity]), `vectors of ${vector}`);
        assert.deepEqual(patch.late, []);
    }
});

test("events further ahead than the buffer is long wait, and fire once", () => {
    const patch = new Patch({ frames: 8192, margin: 1024, every: 512 });
    const arrivals = [100, 8000, 8292, 16484, 30000].map((at) => [0, (s) => s.add({ at, when: 1, generation: 1, values: [at % 128, 1, 1], id: at })]);
    patch.run(arrivals, 40000);
    assert.deepEqual(patch.fired.map(([at]) => at), [100, 8000, 8292, 16484, 30000]);
});

test("a cut silences older generations from its position on, and nothing before it", () => {
    const patch = new Patch();
    const at = (position, generation) => (s) => s.add({ at: position, when: 1, generation, values: [generation, 1, 1], id: position });
    const arrivals = [[0, (s) => s.cut(0, 1)], ...[1000, 2000, 3000, 4000].map((position) => [0, at(position, 1)]),
        [1500, (s) => s.cut(3000, 2)], [1600, at(3000, 2)], [1700, at(3500, 1)]];
    patch.run(arrivals, 6000);
    assert.deepEqual(patch.fired, [[1000, 1], [2000, 1], [3000, 2]]);
    assert.deepEqual(patch.late, []);
});

test("gen~ alone checks the generation as a cell fires", () => {
    const patch = new Patch();
    patch.sequence.add({ at: 500, when: 1, generation: 1, values: [1, 1, 1], id: 0 });
    Object.assign(patch.gen.params, { cuthi: 0, cutlo: 400, generation: 2 }); // told between two vectors, the script not yet
    patch.run([], 1000);
    assert.deepEqual(patch.fired, []);
});

test("what comes too late is told and counted; drop, now and shift do what they say", () => {
    const late = (policy) => {
        const patch = new Patch({ policy, margin: 1000, every: 64 });
        const at = (position) => (s) => s.add({ at: position, when: 1, generation: 1, values: [0, 1, 1], id: position });
        patch.run([[0, at(5000)], [3000, at(2900)]], 9000);
        return patch;
    };
    for (const [policy, fired] of [["drop", [5000]], ["now", [4008, 5000]], ["shift", [4008, 6108]]]) {
        const patch = late(policy);
        assert.deepEqual(patch.fired.map(([at]) => at), fired, policy);
        assert.deepEqual(patch.late, [[2900, 108]], policy);
        assert.equal(patch.sequence.late.worst, 108);
    }
});

test("what arrives between two words of the clock and was already passed is late, not lost", () => {
    const patch = new Patch({ every: 2048 });
    patch.run([[1024, (s) => s.add({ at: 500, when: 1, generation: 1, values: [0, 1, 1], id: 7 })]], 6000);
    assert.equal(patch.fired.length, 0);
    assert.equal(patch.late.length, 1);
});

test("answers sound a lookahead later and belong to no generation", () => {
    const patch = new Patch();
    patch.run([[0, (s) => s.cut(0, 9)], [0, (s) => s.add({ at: 100, when: 0, generation: 0, values: [1, 1, 0], lookahead: 2400, id: 1 })]], 4000);
    assert.deepEqual(patch.fired.map(([at]) => at), [2500]);
});

test("switching sound off and on begins again", () => {
    const patch = new Patch();
    patch.run([[0, (s) => s.add({ at: 50000, when: 1, generation: 1, values: [0, 1, 1], id: 1 })]], 2000);
    patch.sequence.clock(0);
    assert.equal(patch.sequence.pending.length, 0);
});
