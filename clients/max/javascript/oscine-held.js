// Notes that sound. A note ends by its duration, by the same key anew, by a cut that voids it, or by flush; none is left hanging.
"use strict";

class Held {
    /// tell(pitch, velocity, ms, voice): velocity 0 at the end.
    constructor(tell) {
        this.tell = tell;
        this.notes = new Map(); // "voice pitch" -> {end, generation, at}
    }

    begin({ at, generation, values: [pitch, velocity], voice, lasts, ms }) {
        const key = `${voice} ${pitch}`;
        this.end(key);
        this.tell(pitch, velocity, ms, voice);
        if (lasts > 0) this.notes.set(key, { pitch, voice, end: at + lasts, generation });
    }

    end(key) {
        const note = this.notes.get(key);
        if (!note) return;
        this.notes.delete(key);
        this.tell(note.pitch, 0, 0, note.voice);
    }

    /// Ends what is over at `now`, and what a cut at or before `now` voided.
    clock(now, cutAt, generation) {
        for (const [key, note] of [...this.notes]) if (note.end <= now || (note.generation < generation && cutAt <= now)) this.end(key);
    }

    flush() { for (const key of [...this.notes.keys()]) this.end(key); }
}

module.exports = { Held };
