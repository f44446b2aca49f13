// [oscine.stream~]: sound through a model that streams, at one constant latency; or features, as messages.
"use strict";

const { Listener, halves, position } = require("./oscine-listener.js");
const { Playing } = require("./oscine-capture.js");

const MOST_CHANNELS = 2;

class Stream extends Listener {
    constructor(out, given, max) {
        super(out, given, max);
        this.playing = new Playing(max.voice);
        this.lookaheadSamples = 0;
    }

    message(word, ...args) {
        if (["file", "folder", "buffer"].includes(word)) return false;
        if (word === "method") this.open(this.model, ...args);
        else if (word === "status") this.out.state("late", this.playing.late.count, "worst", this.playing.late.worst);
        else if (word === "reload") this.out.daemon("send", "/oscine/v1/reload", 0, this.model);
        else return super.message(word, ...args);
        return true;
    }

    open(name = this.model, method = "") {
        this.method = method;
        super.open(name, method);
    }

    channelsFor(inChannels) { return Math.max(1, Math.min(MOST_CHANNELS, inChannels)); }

    /// All of the delay: what is waited for here, and what the model itself adds.
    setLookahead(ms) {
        this.lookaheadSamples = Math.ceil((ms * this.rate) / 1000);
        const all = this.lookaheadSamples + (this.latency || 0);
        this.out.state("latency", all, (all * 1000) / this.rate);
    }

    answer(word, ...words) {
        if (word === "sound") this.sounds(words);
        else if (word === "frames") this.out.main("frames", ...words);
        else super.answer(word, ...words);
    }

    sounds([high, low, channels, ...values]) {
        const before = this.playing.late.count;
        this.playing.write(this.now, position(high, low) + this.lookaheadSamples, channels, values);
        if (before === 0 && this.playing.late.count > 0) this.out.state("late", this.playing.late.count, "worst", this.playing.late.worst);
    }

    heard(words) { this.out.main("event", ...words.slice(3)); }
}

module.exports = { Stream, halves };
