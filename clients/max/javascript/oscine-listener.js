// A session object that is sent sound: from a buffer~ that gen~ fills, from a whole buffer~, or from files and a folder of them. Those that
// do not come live are heard by a session of their own, which disturbs nothing.
"use strict";

const { SessionObject, halves, position } = require("./oscine-words.js");
const { Capture, interleaved, BLOCK } = require("./oscine-capture.js");

const AT_ONCE = 64; // blocks of a whole buffer~; the next ones follow when these were heard

class Listener extends SessionObject {
    /// max: {sound: buffer of Capture, named(name) -> {frames, channels, rate, read(channel, cell, count)} or null}.
    constructor(out, given, max) {
        super(out, given);
        this.max = max;
        this.computingMs = 60; // added to what the model needs to have heard: computing, and the way there and back
        this.capture = new Capture(max.sound, (at, channels, values) => this.toDaemon("sound", ...halves(at), channels, ...values));
        this.base = this.self.replace(/-session$/, "");
        Object.assign(this, { settings: new Map(), files: [], fileIsOpen: false, buffers: [] });
        this.lookaheadMs = null; // as it was asked for; null: what the model needs
        this.opened = false;
    }

    begin() {
        this.follow();
        super.begin();
    }

    follow() { this.out.second("axis", this.self); }

    message(word, ...args) {
        if (word === "file" || word === "folder") this.file(word, args);
        else if (word === "set") this.settle(args[0], args.slice(1));
        else if (word === "buffer") this.buffer(...args);
        else if (word === "aside") this.asideAnswer(...args);
        else if (word === "lookahead") this.lookahead(...args);
        else return super.message(word, ...args);
        return true;
    }

    lookahead(ms) {
        if (typeof ms !== "number" || ms < 0) return this.wrong("lookahead takes milliseconds");
        this.lookaheadMs = ms;
        this.toDaemon("lookahead", ms);
        this.setLookahead(ms);
    }

    open(...words) {
        if (this.fileIsOpen) this.toAside("file", "close");
        this.fileIsOpen = false;
        super.open(...words);
    }

    clock(...words) {
        super.clock(...words);
        if (this.opened) this.listen();
    }

    listen() {
        if (this.capture.next === null && this.now > 0) this.out.state("begins", ...halves(this.capture.start(this.now)));
        const lost = this.capture.look(this.now);
        if (lost > 0) this.out.state("lost", lost);
    }

    answer(word, ...words) {
        if (word === "opened") this.isOpened(...words);
        else if (["gone", "closed"].includes(word)) this.isClosed();
        if (word === "event") this.heard(words, false);
        else if (word !== "cut") this.out.state(word, ...words);
    }

    isOpened(_, latency, inChannels, outChannels, needs) {
        this.opened = true;
        this.capture.stop(); // begins with the next word of the clock
        this.capture.channels = this.channelsFor(inChannels);
        this.latency = latency;
        this.setLookahead(this.lookaheadMs === null ? (needs * 1000) / this.rate + this.computingMs : this.lookaheadMs);
    }

    isClosed() {
        this.opened = false;
        this.capture.stop();
    }

    channelsFor() { return 1; }

    // What does not come live: each way has a session of its own, opened when it is first wanted.

    /// An attribute for all of them.
    settle(name, values) {
        this.settings.set(name, values);
        this.toDaemon("set", name, ...values);
        if (this.fileIsOpen) this.toAside("file", "set", name, ...values);
    }

    toAside(which, ...words) { this.send(`${this.base}-${which}`, words); }

    openAside(which, rate) {
        this.toAside(which, "rate", rate);
        this.toAside(which, "open", this.model, ...(this.method ? [this.method] : []));
    }

    asideAnswer(which, word, ...words) {
        const loads = word === "fail" && words[0] === 503; // it comes by itself
        if (word === "event") return this.heardAside(which, words);
        if (word === "opened") {
            for (const [name, values] of this.settings) this.toAside(which, "set", name, ...values);
            if (which === "file") this.fileOpened();
            else this.pourFirst(words[4]);
        } else if (word === "heard" && this.at < this.end) this.pour();
        else if (word === "heard" || (word === "fail" && which === "buffer" && !loads)) this.bufferEnds(word, words);
        else if (!["closed", "gone"].includes(word)) this.out.state(word, ...words);
        if (word === "fail" && which === "file" && !this.fileIsOpen && !loads) this.files = [];
    }

    heardAside(which, words) {
        if (which === "buffer" && position(words[3], words[4]) >= this.buffers[0].source.frames) return; // in the silence behind it
        this.heard(words, true);
    }

    /// file PATH; folder PATH, folder.
    file(word, path) {
        if (!this.model) return this.wrong("open MODEL first");
        if (word === "file" && path.length === 0) return this.wrong("file takes a path");
        if (this.fileIsOpen) return this.toAside("file", word, ...path);
        this.files.push([word, ...path]);
        if (this.files.length === 1) this.openAside("file", this.rate);
    }

    fileOpened() {
        this.fileIsOpen = true;
        for (const words of this.files.splice(0)) this.toAside("file", ...words);
    }

    /// All of a buffer~, as if it had been played from position 0 on. One after the other.
    buffer(name) {
        if (!this.model) return this.wrong("open MODEL first");
        const source = this.max.named(String(name));
        if (!source) return this.wrong(`there is no buffer~ ${name} with sound in it`);
        this.buffers.push({ name, source });
        if (this.buffers.length === 1) this.startBuffer();
    }

    startBuffer() {
        this.at = 0;
        this.openAside("buffer", this.buffers[0].source.rate);
    }

    /// Its last sound is heard once so much silence has come behind it as the model needs.
    pourFirst(needs) {
        this.end = this.buffers[0].source.frames + needs + BLOCK;
        this.pour();
    }

    pour() {
        const { source } = this.buffers[0], { frames, channels } = source;
        for (let n = 0; n < AT_ONCE && this.at < this.end; n++) {
            const count = Math.min(BLOCK, (this.at < frames ? frames : this.end) - this.at);
            const values = this.at < frames ? interleaved(source, this.at, count, channels) : Array(count * channels).fill(0);
            this.toAside("buffer", "sound", ...halves(this.at), channels, ...values);
            this.at += count;
        }
        this.toAside("buffer", "finish");
    }

    bufferEnds(word, words) {
        const done = this.buffers.shift();
        if (word === "fail") this.out.state("fail", ...words);
        else if (done) this.out.state("buffer", "done", done.name);
        this.toAside("buffer", "close");
        if (this.buffers.length > 0) this.startBuffer();
    }
}

module.exports = { Listener, halves, position };
