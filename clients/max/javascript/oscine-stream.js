// [oscine.stream~]: sound, or the numbers of a frame, through a model that streams, at one constant latency.
"use strict";

const { Listener, halves, position } = require("./oscine-listener.js");
const { Playing } = require("./oscine-capture.js");

const MOST_CHANNELS = 2;
const MOST_FRAMES = 64; // of numbers, in one look
const FROM_FILES = ["file", "folder", "buffer"];

class Stream extends Listener {
    constructor(out, given, max) {
        super(out, given, max);
        this.computingMs = 100; // as in Pd
        this.playing = new Playing(max.voice);
        Object.assign(this, { lookaheadSamples: 0, frameIn: 0, frameOut: 1, numbers: null, nextFrame: null, moments: [] });
    }

    message(word, ...args) {
        if (FROM_FILES.includes(word)) return false;
        if (word === "method") this.open(this.model, ...args);
        else if (word === "status") this.out.state("late", this.playing.late.count, "worst", this.playing.late.worst);
        else if (word === "reload") this.out.daemon("send", "/oscine/v1/reload", 0, this.model);
        else if (!super.message(word, ...args)) return this.attribute(word, args);
        return true;
    }

    /// Any other word with values is an attribute of the model.
    attribute(word, values) {
        if (values.length === 0) return false;
        this.settle(word, values);
        return true;
    }

    open(name = this.model, method = "") {
        this.method = method;
        super.open(name, method);
    }

    channelsFor(inChannels) { return Math.max(1, Math.min(MOST_CHANNELS, inChannels)); }

    isOpened(model, latency, inChannels, outChannels, needs, inRatio = 1, outRatio = 1, modelRate = 0) {
        const perSample = modelRate > 0 ? this.rate / modelRate : 1;
        this.frameIn = inRatio > 1 ? inRatio * perSample : 0; // 0: it takes sound
        this.frameOut = outRatio * perSample;
        this.width = inChannels;
        Object.assign(this, { numbers: null, nextFrame: null, moments: [] });
        super.isOpened(model, latency, inChannels, outChannels, needs);
    }

    /// All of the delay: what is waited for here, and what the model itself adds.
    setLookahead(ms) {
        this.lookaheadSamples = Math.ceil((ms * this.rate) / 1000);
        const all = this.lookaheadSamples + (this.latency || 0);
        this.out.state("latency", all, (all * 1000) / this.rate);
    }

    /// The numbers of a frame, sent on at the model's own pace until others come.
    list(...numbers) {
        if (!this.opened) return this.wrong("open MODEL METHOD first");
        if (this.frameIn === 0) return this.wrong("this method takes sound; numbers are for one that takes frames, such as decode");
        if (numbers.length !== this.width) return this.wrong(`${numbers.length} numbers came; ${this.width} are expected`);
        this.numbers = numbers;
    }

    listen() {
        if (this.frameIn === 0) super.listen();
        else if (this.numbers !== null) this.pace();
        while (this.moments.length > 0 && this.moments[0].at <= this.now) this.out.main(...this.moments.shift().values);
    }

    pace() {
        if (this.nextFrame === null) {
            Object.assign(this, { first: this.now, nextFrame: 0 });
            this.out.state("begins", ...halves(this.now));
        }
        for (let n = 0; n < MOST_FRAMES; n++, this.nextFrame++) {
            const at = this.first + Math.floor(this.nextFrame * this.frameIn);
            if (at > this.now) return;
            this.toDaemon("frames", ...halves(at), this.width, ...this.numbers);
        }
    }

    answer(word, ...words) {
        if (word === "sound") this.sounds(words);
        else if (word === "frames") this.frames(words);
        else super.answer(word, ...words);
    }

    sounds([high, low, channels, ...values]) {
        const at = position(high, low) + this.lookaheadSamples;
        this.tellLate(this.playing.write(this.now, at, channels, values), high, low);
    }

    /// Frames of numbers wait for their moment.
    frames([high, low, width, ...values]) {
        const at = position(high, low) + this.lookaheadSamples;
        for (let n = 0; (n + 1) * width <= values.length; n++)
            this.moments.push({ at: at + Math.floor(n * this.frameOut), values: values.slice(n * width, (n + 1) * width) });
        if (at < this.now) this.tellLate(this.now - at, high, low);
    }

    tellLate(by, high, low) { if (by > 0) this.out.state("late", by, high, low); }

    heard(words) { this.out.main("event", ...words.slice(3)); }
}

module.exports = { Stream };
