// Planned notes as messages on time: what [oscine.seq] hands to [pipe] a little ahead. Knows no Max: pipe(delay in ms, pitch, velocity, voice) and
// clear() are functions. As exact as the scheduler is: one signal vector with Overdrive and Scheduler in Audio Interrupt.
"use strict";

const { Ticks } = require("./oscine-ticks.js");

const WINDOW_MS = 60; // handed over so early; the script looks every 20 ms

class Line {
    /// out: {pipe(ms, pitch, velocity, voice), clear(), late(event, by)}.
    constructor(out, { rate = 48000, policy = "drop" } = {}) {
        Object.assign(this, { out, rate, policy, now: 0, generation: 0, cutAt: 0, cutTick: null, shift: 0 });
        this.ticks = new Ticks(rate);
        this.events = []; // {at, pitch, velocity, voice, generation, ends, sent}: beginnings and ends, by position
        this.late = { count: 0, worst: 0 };
    }

    ms(samples) { return (samples * 1000) / this.rate; }

    /// A note; at and duration in samples or ticks.
    add(note) {
        const { at, unit = "samples" } = note, tick = unit === "ticks" ? at : null;
        const event = { ...note, tick, at: (tick === null ? at : this.ticks.sampleOf(tick)) + this.shift, sent: false };
        if (this.isVoid(event)) return;
        const by = this.now - event.at;
        if (by > 0) {
            this.late.count++;
            this.late.worst = Math.max(this.late.worst, by);
            this.out.late(event, by);
            if (this.policy === "drop") return;
            if (this.policy === "shift") this.shiftAll(by);
            Object.assign(event, { at: this.now, tick: null });
        }
        if (this.keep(event)) this.again();
        else this.hand();
    }

    /// True where the end of another note moved that was handed over already.
    keep(event) {
        const lasts = event.tick === null ? (event.unit === "ticks" ? event.duration / this.ticks.perSample : event.duration)
            : this.ticks.sampleOf(event.tick + event.duration) - this.ticks.sampleOf(event.tick);
        event.end = event.end || { of: event, pitch: event.pitch, velocity: 0, voice: event.voice, generation: event.generation, sent: false };
        event.end.at = event.at + Math.max(1, lasts);
        const moved = this.sameKey(event);
        this.events.push(event, event.end);
        this.events.sort((a, b) => a.at - b.at || a.velocity - b.velocity); // an end before a beginning on the same sample
        return moved;
    }

    /// The same key anew ends the note before it: MIDI knows one note of a pitch.
    sameKey(event) {
        let moved = false;
        for (const end of this.events) {
            if (!end.of || end.pitch !== event.pitch || end.of === event) continue;
            if (end.of.at > event.at) event.end.at = Math.min(event.end.at, end.of.at);
            else if (end.of.at < event.at && end.at > event.at) {
                end.at = event.at;
                moved = moved || end.sent;
            }
        }
        return moved;
    }

    /// From `at` on what is older is void; what sounds then ends there.
    cut(at, generation, unit = "samples") {
        if (generation < this.generation) return;
        Object.assign(this, { generation, shift: 0, cutTick: unit === "ticks" ? at : null });
        this.cutAt = this.cutTick === null ? at : this.ticks.sampleOf(at);
        this.events = this.events.filter((event) => event.of || !this.isVoid(event));
        for (const event of this.events) {
            if (!event.of || event.generation >= generation) continue;
            if (this.events.includes(event.of) || event.of.at < this.cutAt) event.at = Math.min(event.at, Math.max(this.now, this.cutAt));
            else event.gone = true; // the end of a note that does not begin
        }
        this.events = this.events.filter(({ gone }) => !gone);
        this.again();
    }

    isVoid(event) { return event.generation < this.generation && event.at >= this.cutAt; }

    clock(now) {
        if (now < this.now) this.events = []; // counted from the start again
        this.now = now;
        this.events = this.events.filter(({ at, sent }) => !sent || at >= now);
        this.hand();
    }

    /// Another tempo or rate from `now` on.
    retime(now, change) {
        this.clock(now);
        this.ticks.change(now, change);
        this.rate = this.ticks.rate;
        const notes = this.events.filter((event) => !event.of && event.tick !== null && event.at >= now);
        this.events = this.events.filter((event) => !notes.includes(event) && !notes.includes(event.of));
        for (const note of notes) this.keep(Object.assign(note, { at: Math.max(now, this.ticks.sampleOf(note.tick) + this.shift) }));
        this.again();
    }

    /// All that sounds ends now.
    flush() {
        const sounding = this.events.filter((event) => event.of && event.of.sent && event.of.at <= this.now);
        for (const end of sounding) end.at = this.now;
        this.again();
    }

    shiftAll(by) {
        this.shift += by;
        for (const event of this.events) if (event.at >= this.now) event.at += by;
        this.again();
    }

    /// What was handed over and is still to come is handed over anew.
    again() {
        this.out.clear();
        for (const event of this.events) if (event.at >= this.now) event.sent = false;
        this.events.sort((a, b) => a.at - b.at || a.velocity - b.velocity);
        this.hand();
    }

    hand() {
        for (const event of this.events) {
            const ms = this.ms(event.at - this.now);
            if (ms > WINDOW_MS) break;
            if (event.sent) continue;
            event.sent = true;
            this.out.pipe(Math.max(0, ms), event.pitch, event.velocity, event.voice);
        }
    }
}

module.exports = { Line };
