// Sound out of, and into, buffer~s that are used round and round: one cell per position. Knows no Max: a buffer has frames,
// read(channel, cell, count) and write(channel, cell, values); channels are counted from 0.
"use strict";

const COUNTS = 16777216; // gen~ tells positions modulo this
const HEAD = 2; // the channel whose cell 0 tells up to which position all is there
const BLOCK = 256;

/// The nearest position to `near` that is `count` modulo COUNTS.
const near = (count, now) => now + ((((count - now) % COUNTS) + COUNTS * 1.5) % COUNTS) - COUNTS / 2;

/// Sound that was played, in blocks: send(position, channels, values interleaved).
class Capture {
    constructor(buffer, send) {
        Object.assign(this, { buffer, send, channels: 1, next: null });
    }

    /// From the sample on that comes next. Returns its position.
    start(now) {
        this.next = this.head(now) + 1;
        return this.next;
    }

    stop() { this.next = null; }

    head(now) { return near(this.buffer.read(HEAD, 0, 1)[0], now); }

    /// All whole blocks that are there; what was overwritten meanwhile is left out (the daemon hears silence there).
    look(now) {
        if (this.next === null) return 0;
        const head = this.head(now), oldest = head - this.buffer.frames + 4 * BLOCK;
        const lost = Math.max(0, Math.ceil((oldest - this.next) / BLOCK)) * BLOCK;
        if (head + 1 < this.next - BLOCK) this.next = head + 1; // counted from the start again
        this.next += lost;
        for (; this.next + BLOCK <= head + 1; this.next += BLOCK) this.send(this.next, this.channels, interleaved(this.buffer, this.next, BLOCK, this.channels));
        return lost;
    }
}

/// `count` frames from a position on, wherever the buffer's end lies.
function interleaved(buffer, position, count, channels) {
    const cell = position % buffer.frames, first = Math.min(count, buffer.frames - cell);
    const planes = [];
    for (let channel = 0; channel < channels; channel++)
        planes.push([...buffer.read(channel, cell, first), ...(first < count ? buffer.read(channel, 0, count - first) : [])]);
    if (channels === 1) return planes[0];
    return Array.from({ length: count * channels }, (_, i) => planes[i % channels][Math.floor(i / channels)]);
}

/// Sound that is to be played: into the cells of its positions, where they are ahead of `now` by less than the buffer is long.
class Playing {
    constructor(buffer) { Object.assign(this, { buffer, late: { count: 0, worst: 0 } }); }

    /// Frames of `channels` channels from `at` on; mono sounds on both sides. What is behind `now` is counted as late and left out.
    write(now, at, channels, values) {
        const frames = values.length / channels, behind = Math.min(frames, Math.max(0, now + 1 - at));
        if (behind > 0) {
            this.late.count += behind;
            this.late.worst = Math.max(this.late.worst, now + 1 - at);
        }
        if (at + frames > now + this.buffer.frames) return behind; // further ahead than it is long
        for (let side = 0; side < 2; side++) {
            const channel = Math.min(side, channels - 1), plane = [];
            for (let i = behind; i < frames; i++) plane.push(values[i * channels + channel]);
            this.plane(side, at + behind, plane);
        }
        return behind;
    }

    plane(side, at, values) {
        const cell = at % this.buffer.frames, first = Math.min(values.length, this.buffer.frames - cell);
        if (first > 0) this.buffer.write(side, cell, values.slice(0, first));
        if (first < values.length) this.buffer.write(side, 0, values.slice(first));
    }
}

module.exports = { Capture, Playing, interleaved, BLOCK };
