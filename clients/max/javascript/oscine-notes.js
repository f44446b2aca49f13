// The script of [v8 oscine-notes.js BUFFER] in [oscine.seq]: notes as messages, by Max's scheduler. In: event, cut, unit and axis as the session
// objects give them; policy drop|now|shift, flush, status; tempo BPM; bang: look where gen~ is. Out: 0 PITCH VELOCITY VOICE MS for [pipe], or
// clear; 1 late ones: BY SEQ note - PITCH VELOCITY VOICE; 2 late N worst UNITS; 3 to [oscine]; 4 clock ID HIGH LOW RATE.
const { Line } = require("oscine-line.js");
const { halves, position } = require("oscine-osc.js");

inlets = 1;
outlets = 5;

const COUNTS = 16777216, COUNTER = 6; // channels are counted from 1 here
const followers = new Set();
let now = 0, unitWord = "samples", worst = 0;

const line = new Line({
    pipe: (ms, pitch, velocity, voice) => outlet(0, pitch, velocity, voice, ms),
    clear: () => outlet(0, "clear"),
    late: (event, by) => {
        const inUnits = Math.max(1, Math.round(by * (unitWord === "ticks" ? line.ticks.perSample : 1)));
        worst = Math.max(worst, inUnits);
        outlet(1, inUnits, event.seq, "note", "-", event.pitch, event.velocity, event.voice);
        outlet(3, "late", event.session, line.late.count, worst);
    },
});

/// Where gen~ is now, and its rate.
function look() {
    const cells = new Buffer(jsarguments[1]);
    const count = Number(cells.peek(COUNTER, 0, 1)), rate = Number(cells.peek(COUNTER, 1, 1));
    const step = (((count - now) % COUNTS) + COUNTS) % COUNTS;
    now = step < COUNTS / 2 ? now + step : count;
    return rate || line.rate;
}

function bang() {
    const rate = look();
    if (rate !== line.rate) line.retime(now, { rate });
    line.clock(now);
    outlet(4, "clock", jsarguments[1], ...halves(now), rate);
    for (const self of followers) {
        messnamed(`${self}-clock`, "clock", jsarguments[1], ...halves(now), rate);
        messnamed(`${self}-clock`, "ticks", jsarguments[1], ...halves(Math.floor(line.ticks.tickAt(now))), line.ticks.perSecond);
    }
}

function event(session, seq, generation, high, low, when, duration, kind, pitch, velocity, voice) {
    if (kind !== "note") return;
    look();
    line.now = Math.max(line.now, now);
    line.add({ session, seq, generation, at: position(high, low), duration, pitch, velocity, voice, unit: unitWord });
}

function cut(generation, high, low) { line.cut(position(high, low), generation, unitWord); }

function tempo(bpm) {
    if (!(bpm >= 10 && bpm <= 400)) return error(`oscine.seq: tempo takes 10 to 400 beats per minute, not ${bpm}\n`);
    look();
    line.retime(now, { bpm });
}

function policy(word) {
    if (!["drop", "now", "shift"].includes(word)) return error(`oscine.seq: policy takes drop, now or shift, not ${word}\n`);
    line.policy = word;
}

function axis(self) { followers.add(String(self)); }
function unit(word) { unitWord = word; }
function flush() { line.flush(); }
function status() { outlet(2, "late", line.late.count, "worst", worst); }
function anything() { error(`oscine.seq: ${messagename} is not understood; there are event, cut, unit, policy, flush, status, tempo\n`); }
