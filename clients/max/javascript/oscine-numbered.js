// Events by their numbers: 1, 2, … modulo 2^24, compared by half range. Doubles are known, and so is up to where all came.
"use strict";

const HALF = 1 << 23, COUNTS = 1 << 24;
const KEPT = 256; // numbers that are remembered as given up
const MOST_LATER = 4096; // behind one that is missing

const after = (seq) => (seq % (COUNTS - 1)) + 1;
const ahead = (a, b) => ((a - b + HALF + COUNTS) % COUNTS) - HALF; // how far a is past b

class Numbered {
    constructor() {
        this.seen = 0; // all came up to this one
        this.later = new Map(); // number -> position of events that came before one that is missing
        this.missing = new Set(); // numbers that are waited for no more
    }

    /// False for a double. at: where it is of no use any more to wait for those before it.
    isNew(seq, at) {
        if (this.missing.delete(seq)) return true; // it comes after all
        if (ahead(seq, this.seen) <= 0 || this.later.has(seq)) return false;
        this.later.set(seq, at);
        this.goOn();
        if (this.later.size > MOST_LATER) this.giveUp(Infinity);
        return true;
    }

    /// What a cut voided is not sent again. A number is waited for until an event behind it has sounded.
    giveUp(now) {
        const past = [...this.later].filter(([, at]) => at < now).map(([seq]) => seq);
        if (past.length === 0) return;
        const to = past.reduce((a, b) => (ahead(a, b) > 0 ? a : b));
        for (; this.seen !== to; this.seen = after(this.seen)) if (!this.later.delete(after(this.seen))) this.missing.add(after(this.seen));
        for (const seq of this.missing) if (ahead(this.seen, seq) > KEPT) this.missing.delete(seq);
        this.goOn();
    }

    goOn() { for (let next = after(this.seen); this.later.delete(next); next = after(next)) this.seen = next; }
}

module.exports = { Numbered, COUNTS };
