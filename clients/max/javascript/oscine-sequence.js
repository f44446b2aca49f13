// Puts events into the cells that gen~ reads (code/oscine.seq.genexpr), and tells what fired and what came too late. Knows no
// Max: `buffer` has frames, peek(channel, cell) and poke(channel, cell, value); channels are counted from 0.
"use strict";

const { Ticks } = require("./oscine-ticks.js");

const LAP = 0, GENERATION = 1, FIRST_VALUE = 2;
const LAPS = 8388608; // as in the gen~ code
const ALWAYS = 16777215; // a generation that no cut makes void: answers belong to none

/// out: {notes(event), late(event, by), cut(sample, generation)}; event: {at, values, generation, …}. at: a sample.
class Sequence {
    constructor(buffer, out, { policy = "drop", margin = 2048, rate = 48000 } = {}) {
        Object.assign(this, { buffer, out, policy, margin });
        this.now = 0; // the last position that gen~ told
        this.pending = []; // sorted by position
        this.late = { count: 0, worst: 0 };
        this.shift = 0;
        this.generation = 0;
        this.cutAt = 0;
        this.cutTick = null;
        this.ticks = new Ticks(rate);
    }

    /// Samples for which an event may come ahead of its time.
    get horizon() { return this.buffer.frames - this.margin; }

    /// when 0: an answer about `at`, which sounds `lookahead` samples later; when 1: planned for `at` itself, in samples or ticks.
    add({ at, when, generation, values, lookahead = 0, unit = "samples", ...rest }) {
        const event = { ...rest, when, generation: when === 0 ? ALWAYS : generation, values };
        event.tick = when === 1 && unit === "ticks" ? at : null;
        event.asked = when === 0 ? at + lookahead : at;
        event.at = this.place(event);
        if (this.isVoid(event)) return;
        if (event.at < this.now) this.tooLate(event, this.now - event.at);
        else this.keep(event);
    }

    /// From `at` on what is older than `generation` is void: gen~ is told at once, and checks as cells fire.
    cut(at, generation, unit = "samples") {
        if (generation < this.generation) return;
        const tick = unit === "ticks" ? at : null;
        Object.assign(this, { generation, cutTick: tick, cutAt: tick === null ? at : this.ticks.sampleOf(tick), shift: 0 });
        this.out.cut(this.cutAt, generation);
        for (const event of this.pending) if (this.isVoid(event)) this.empty(event);
        this.pending = this.pending.filter((event) => !this.isVoid(event));
    }

    /// Where gen~ is. What lies before it has fired, or has been missed.
    clock(now) {
        if (now < this.now) this.begin(); // counted from the start again: sound was switched off and on
        this.now = now;
        while (this.pending.length > 0 && this.pending[0].at < now) {
            const event = this.pending.shift();
            if (event.placed && !this.holds(event)) this.out.notes(event);
            else this.missed(event, now - event.at);
        }
        for (const event of this.pending) {
            if (event.at >= now + this.horizon) break;
            if (!event.placed) this.write(event);
        }
    }

    /// Another tempo or rate from `now` on: what waits in ticks moves with it. What gen~ fired meanwhile has fired.
    retime(now, change) {
        this.clock(now);
        const past = this.cutTick !== null && this.cutAt <= now;
        this.ticks.change(now, change);
        if (this.cutTick !== null && !past) this.out.cut((this.cutAt = this.ticks.sampleOf(this.cutTick)), this.generation);
        const moving = this.pending.filter(({ tick }) => tick !== null);
        this.pending = this.pending.filter(({ tick }) => tick === null);
        for (const event of moving) {
            if (event.placed && !this.holds(event)) this.out.notes(event);
            else {
                this.empty(event);
                this.keep({ ...event, at: Math.max(now, this.place(event)), placed: false });
            }
        }
    }

    /// Forgets everything.
    begin() {
        for (const event of this.pending) this.empty(event);
        this.pending = [];
        this.now = 0;
        this.shift = 0;
        this.ticks.begin();
    }

    // How it is done.

    place({ tick, asked, when }) { return (tick === null ? asked : this.ticks.sampleOf(tick)) + (when === 1 ? this.shift : 0); }

    isVoid(event) { return event.generation < this.generation && event.at >= this.cutAt; }

    cell(event) { return event.at % this.buffer.frames; }

    mark(event) { return (Math.floor(event.at / this.buffer.frames) % LAPS) + 1; }

    holds(event) { return this.buffer.peek(LAP, this.cell(event)) === this.mark(event); }

    keep(event) {
        let low = 0, high = this.pending.length;
        while (low < high) {
            const middle = (low + high) >> 1;
            if (this.pending[middle].at <= event.at) low = middle + 1;
            else high = middle;
        }
        this.pending.splice(low, 0, event);
        if (event.at < this.now + this.horizon) this.write(event);
    }

    /// The mark is written last: gen~ never sees half a cell.
    write(event) {
        const cell = this.cell(event);
        this.buffer.poke(GENERATION, cell, event.generation);
        event.values.forEach((value, i) => this.buffer.poke(FIRST_VALUE + i, cell, value));
        this.buffer.poke(LAP, cell, this.mark(event));
        event.placed = true;
    }

    empty(event) {
        if (event.placed && this.holds(event)) this.buffer.poke(LAP, this.cell(event), 0);
    }

    missed(event, by) {
        this.empty(event);
        if (!this.isVoid(event)) this.tooLate(event, by);
    }

    tooLate(event, by) {
        this.late.count++;
        this.late.worst = Math.max(this.late.worst, by);
        this.out.late(event, by);
        if (this.policy === "drop") return;
        const moved = this.now + this.margin;
        if (this.policy === "shift" && event.when === 1) this.shiftAll(moved - event.at);
        this.keep({ ...event, tick: null, at: moved, placed: false });
    }

    /// All that is planned moves with the late one, so that the rhythm stays.
    shiftAll(by) {
        this.shift += by;
        for (const event of this.pending) {
            if (event.when !== 1) continue;
            this.empty(event);
            Object.assign(event, { at: event.at + by, placed: false });
        }
        this.pending.sort((a, b) => a.at - b.at);
    }
}

module.exports = { Sequence };
