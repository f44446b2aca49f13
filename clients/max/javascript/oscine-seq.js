// The script of [v8 oscine-seq.js BUFFER NAME] in [oscine.seq~]: writes events into the cells that gen~ reads, and tells what fired.
// In: event and cut as the session objects give them, lookahead MS, policy drop|now|shift; bang: look where gen~ is.
// Out: 0 pitch velocity duration_ms voice of what fires; 1 late PITCH SAMPLES COUNT WORST; 2 to gen~; 3 clock HIGH LOW RATE for the sessions.
const { Sequence } = require("oscine-sequence.js");
const { halves, position } = require("oscine-osc.js");

inlets = 1;
outlets = 4;

const COUNTS = 16777216; // the counter of gen~ comes modulo this
const COUNTER = 5; // the channel in which gen~ tells: cell 0 its counter, cell 1 the sample rate
let rate = 48000, lookaheadMs = 50, now = 0, policyWord = "drop", sequence = null;

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
    sequence = new Sequence(buffer, {
        notes: ({ values: [pitch, velocity, duration], voice }) => outlet(0, pitch, velocity, (duration * 1000) / rate, voice),
        late: (event, by) => outlet(1, "late", event.values[0], by, sequence.late.count, sequence.late.worst),
        cut: (at, generation) => {
            const [high, low] = halves(at);
            outlet(2, "cuthi", high);
            outlet(2, "cutlo", low);
            outlet(2, "generation", generation); // last: until then nothing is void
        },
    }, { policy: policyWord });
}

/// The session objects' words; everything else of an event is for the lists.
function event(high, low, when, duration, generation, kind, ...values) {
    if (!sequence) begin();
    if (!sequence) return;
    const [pitch, velocity, voice] = kind === "note" ? values : [0, values[1], 1]; // label and hit: name, score
    sequence.add({ at: position(high, low), when, generation, values: [pitch, velocity, duration], voice, lookahead: Math.round((lookaheadMs * rate) / 1000) });
}

function cut(high, low, generation) {
    if (!sequence) begin();
    if (sequence) sequence.cut(position(high, low), generation);
}

function bang() {
    if (!sequence) begin();
    if (!sequence) return;
    rate = sequence.buffer.peek(COUNTER, 1) || rate;
    const count = sequence.buffer.peek(COUNTER, 0);
    const step = (((count - now) % COUNTS) + COUNTS) % COUNTS;
    now = step < COUNTS / 2 ? now + step : count; // counted from the start again
    sequence.clock(now);
    outlet(3, "clock", ...halves(now), rate);
}

function lookahead(ms) { lookaheadMs = ms; }

function policy(word) {
    policyWord = word;
    if (sequence) sequence.policy = word;
}

function anything() { error(`oscine.seq~: ${messagename} is not understood; there are event, cut, lookahead, policy\n`); }
