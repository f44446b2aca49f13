// The script of [v8 oscine-seq.js BUFFER] in the sequencers: writes events into the cells that gen~ reads, and tells what fired.
// In: event, cut, unit and axis as the session objects give them; policy drop|now|shift, lookahead MS, flush, status; tempo BPM; bang:
// look where gen~ is. Out: 0 PITCH VELOCITY MS VOICE of what fires, with velocity 0 at its end; 1 late ones: BY SEQ KIND NAME VALUES;
// 2 late N worst UNITS; 3 events of other kinds: KIND NAME VALUES; 4 to gen~; 5 to [oscine].
const { Sequence } = require("oscine-sequence.js");
const { Held } = require("oscine-held.js");
const { halves, position } = require("oscine-osc.js");

inlets = 1;
outlets = 6;

const COUNTS = 16777216; // the counter of gen~ comes modulo this
const COUNTER = 5; // the channel in which gen~ tells: cell 0 its counter, cell 1 the sample rate
const ALL_OF_IT = 127; // height of an impulse whose event has no velocity
const followers = new Set();
const held = new Held((...note) => outlet(0, ...note));
let rate = 48000, bpm = 120, lookaheadMs = 50, now = 0, worst = 0, policyWord = "drop", unitWord = "samples", sequence = null;

function cells() {
    const named = new Buffer(jsarguments[1]);
    return {
        get frames() { return named.framecount(); },
        peek: (channel, cell) => Number(named.peek(channel + 1, cell, 1)), // a number, or a list of one
        poke: (channel, cell, value) => named.poke(channel + 1, cell, value),
    };
}

function begin() {
    const buffer = cells();
    if (buffer.frames < 8192) return error(`oscine.seq~: buffer~ ${jsarguments[1]} is not there\n`);
    rate = buffer.peek(COUNTER, 1) || rate;
    sequence = new Sequence(buffer, { notes: fired, late: tooLate, cut: tellCut }, { policy: policyWord, rate });
    sequence.ticks.bpm = bpm;
}

function ready() {
    if (!sequence) begin();
    return sequence !== null;
}

function fired(event) {
    if (event.kind !== "note") return outlet(3, ...named(event));
    const lasts = inSamples(event.duration);
    held.begin({ ...event, lasts, ms: (lasts * 1000) / rate });
}

/// A duration of what is planned, at the tempo of the moment.
function inSamples(duration) { return unitWord === "ticks" ? duration / sequence.ticks.perSample : duration; }

function named({ kind, told }) { return typeof told[0] === "string" ? [kind, ...told] : [kind, "-", ...told]; }

function tooLate(event, by) {
    const inUnits = Math.max(1, Math.round(by * (unitWord === "ticks" ? sequence.ticks.perSample : 1)));
    worst = Math.max(worst, inUnits);
    outlet(1, inUnits, event.seq, ...named(event));
    outlet(5, "late", event.session, sequence.late.count, worst);
}

function tellCut(at, generation) {
    const [high, low] = halves(at);
    outlet(4, "cuthi", high);
    outlet(4, "cutlo", low);
    outlet(4, "generation", generation); // last: until then nothing is void
}

/// As the session objects give it: note PITCH VELOCITY VOICE, label NAME SCORE RANK, hit NAME VELOCITY SCORE, pitch HZ CONFIDENCE.
function event(session, seq, generation, high, low, when, duration, kind, ...told) {
    if (!ready()) return;
    const note = kind === "note", height = note ? told[1] : ALL_OF_IT * (typeof told[1] === "number" ? Math.min(1, told[1]) : 1);
    sequence.add({ session, seq, at: position(high, low), when, generation, kind, told, duration, unit: unitWord, voice: note ? told[2] : 1,
        values: [note ? told[0] : 0, height, when === 1 ? inSamples(duration) : duration], lookahead: Math.round((lookaheadMs * rate) / 1000) });
}

function cut(generation, high, low) { if (ready()) sequence.cut(position(high, low), generation, unitWord); }

/// Where gen~ is now: its counter comes modulo COUNTS.
function look() {
    const count = sequence.buffer.peek(COUNTER, 0), step = (((count - now) % COUNTS) + COUNTS) % COUNTS;
    now = step < COUNTS / 2 ? now + step : count; // counted from the start again
    return now;
}

function bang() {
    if (!ready()) return;
    const told = sequence.buffer.peek(COUNTER, 1) || rate;
    look();
    if (told !== rate) sequence.retime(now, { rate: (rate = told) });
    sequence.clock(now);
    held.clock(now, sequence.cutAt, sequence.generation);
    const id = jsarguments[1], ticks = Math.floor(sequence.ticks.tickAt(now));
    for (const self of followers) {
        messnamed(`${self}-clock`, "clock", id, ...halves(now), rate);
        messnamed(`${self}-clock`, "ticks", id, ...halves(ticks), sequence.ticks.perSecond);
    }
}

function tempo(beats) {
    if (!(beats >= 10 && beats <= 400)) return error(`oscine.seq~: tempo takes 10 to 400 beats per minute, not ${beats}\n`);
    bpm = beats;
    if (sequence) sequence.retime(look(), { bpm });
}

/// A session object that wants to hear where gen~ is.
function axis(self) { followers.add(String(self)); }

function unit(word) { unitWord = word; }
function lookahead(ms) { lookaheadMs = ms; }
function flush() { held.flush(); }
function status() { if (ready()) outlet(2, "late", sequence.late.count, "worst", worst); }

function policy(word) {
    if (!["drop", "now", "shift"].includes(word)) return error(`oscine.seq~: policy takes drop, now or shift, not ${word}\n`);
    policyWord = word;
    if (sequence) sequence.policy = word;
}

function anything() { error(`oscine.seq~: ${messagename} is not understood; there are event, cut, unit, lookahead, policy, flush, status, tempo\n`); }
