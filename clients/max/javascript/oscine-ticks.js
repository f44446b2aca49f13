// Ticks on the axis of samples: where the tempo changed, a new line begins that goes on from where the old one was.
"use strict";

const TICKS_PER_BEAT = 480;

class Ticks {
    constructor(rate, bpm = 120) { Object.assign(this, { rate, bpm, sample: 0, tick: 0 }); }

    get perSecond() { return (this.bpm / 60) * TICKS_PER_BEAT; }
    get perSample() { return this.perSecond / this.rate; }

    /// The sample, a whole number, on which a tick falls; the tick, with its fraction, at a sample.
    sampleOf(tick) { return Math.round(this.sample + (tick - this.tick) / this.perSample); }
    tickAt(sample) { return this.tick + (sample - this.sample) * this.perSample; }

    /// From `now` on it goes at another tempo, or the samples at another rate.
    change(now, { bpm = this.bpm, rate = this.rate }) {
        this.tick = this.tickAt(now);
        Object.assign(this, { sample: now, bpm, rate });
    }

    /// Counted from the start again.
    begin() { Object.assign(this, { sample: 0, tick: 0 }); }
}

module.exports = { Ticks };
