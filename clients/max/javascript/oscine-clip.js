// The script of [v8 oscine-clip.js] in Oscine Melody: keeps the notes that sounded, and writes them into the clip that is shown in Live. In: note PITCH
// VELOCITY VOICE, clock ID HIGH LOW RATE, begin (forgets), write. Out: 0 what it did, as text.
const { position } = require("oscine-osc.js");

inlets = 1;
outlets = 1;

const MOST = 4096;
const sounding = new Map(); // "voice pitch" -> note
let notes = [], now = 0, rate = 48000, first = null;

function clock(id, high, low, hz) {
    now = position(high, low);
    rate = hz;
}

function begin() {
    notes = [];
    first = null;
    sounding.clear();
}

function note(pitch, velocity, voice) {
    const key = `${voice} ${pitch}`, before = sounding.get(key);
    if (before) {
        before.end = now;
        sounding.delete(key);
    }
    if (!(velocity > 0)) return;
    if (first === null) first = now;
    const one = { pitch, velocity, at: now, end: null };
    sounding.set(key, one);
    notes.push(one);
    if (notes.length > MOST) notes.shift();
}

/// Samples as beats, at the tempo of the set.
function write() {
    if (notes.length === 0) return outlet(0, "set", "nothing has sounded yet");
    const clip = new LiveAPI("live_set view detail_clip");
    if (Number(clip.id) === 0) return outlet(0, "set", "open a MIDI clip in Live first");
    if (Number(clip.get("is_midi_clip")) !== 1) return outlet(0, "set", "the clip that is open is no MIDI clip");
    const tempo = Number(new LiveAPI("live_set").get("tempo")), beats = (samples) => Math.round(((samples / rate) * tempo / 60) * 1e6) / 1e6;
    clip.call("add_new_notes", { notes: notes.map(({ pitch, velocity, at, end }) => ({
        pitch, velocity, start_time: beats(at - first), duration: Math.max(1 / 64, beats((end === null ? now : end) - at)) })) });
    outlet(0, "set", `${notes.length} notes written`);
}

function anything() { outlet(0, "set", `${messagename} is not understood; there are note, clock, begin, write`); }
