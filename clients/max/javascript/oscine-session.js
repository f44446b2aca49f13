// One session of one method, as a person at a patch sees it: what was asked for stays asked for. After /restarted, a 410 or a
// daemon that comes back it opens, sets, seeds and plays again by itself, from the end of what it already holds.
"use strict";

const { Float, halves, position } = require("./oscine-osc.js");
const { Numbered, COUNTS } = require("./oscine-numbered.js");

const SETTINGS = ["enable", "lookahead", "horizon", "policy", "expire", "reorder", "format"]; // /NAME id session value
const REPLAYED = (address) => ["/set", "/note", "/play", "/stop"].includes(address) || SETTINGS.includes(address.slice(1));
const MOST_NOTES = 4096; // of a seed, kept for playing again
const ANSWERS_S = 2; // the daemon sends answers again for so long

const MOST_FLOATS = 285; // of one message by UDP
const floats = (blob) => { // little-endian, wherever the blob begins
    const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength);
    return Array.from({ length: blob.byteLength >> 2 }, (_, i) => view.getFloat32(4 * i, true));
};

/// out: {state(word, …), value(attribute, …), event(event), result(…)}. Nothing is sent before the client is ready.
class Session {
    constructor(client, out) {
        Object.assign(this, { client, out });
        this.number = 0; // 0: not open
        this.opening = false;
        this.wanted = null; // {model, method, rate, unit, ticksPerBeat}
        this.attributes = new Map();
        this.settings = new Map();
        this.notes = [];
        this.generation = 0;
        this.cutAt = 0;
        this.playing = null; // position from which it plays
        this.queue = [];
        this.current = null; // the request that is awaited
        this.forget();
    }

    open(model, method = "default", rate = 48000, unit = "samples", ticksPerBeat = 480) {
        if (typeof model !== "string" || model === "") return this.out.fail(400, "/open", "open takes the name of a model: open MODEL [METHOD]");
        this.close();
        this.wanted = { model, method, rate, unit, ticksPerBeat };
        this.begin();
    }

    /// The host counts at another rate from now on: the session is opened anew, with all that was set.
    setRate(rate) {
        if (!this.wanted || this.wanted.rate === rate) return;
        this.wanted = { ...this.wanted, rate };
        if (this.wanted.unit === "samples") this.again(true);
    }

    close() {
        this.wanted = null;
        if (this.number) this.client.request("/close", [this.number]);
        if (this.number || this.opening) this.out.state("closed");
        this.number = 0;
        this.opening = false;
        this.playing = null;
        this.attributes.clear();
        this.notes = [];
        this.queue = [];
        this.current = null;
        this.forget();
    }

    set(attribute, ...values) {
        if (!this.wanted) return this.ask("/set", []); // which says so
        this.attributes.set(attribute, values);
        if (this.number) this.ask("/set", [attribute, ...values]);
    }

    get(attribute) {
        this.ask("/get", [attribute], ({ args }) => this.out.value(...args.slice(1)));
    }

    setting(name, value) {
        if (!SETTINGS.includes(name)) return this.out.fail(404, "/" + name, `no setting is called ${name}; there are ${SETTINGS.join(", ")}`);
        this.settings.set(name, value);
        if (this.number) this.ask("/" + name, [value]);
    }

    reset() { this.ask("/reset", []); }

    /// One call of the method with whole frames; its answer is out.result.
    run(at, values) {
        this.ask("/run", [...halves(at), ...values.map((value) => new Float(value))], ({ args }) => this.out.result(position(args[1], args[2]), args.slice(3)));
    }

    note(at, pitch, velocity, duration) {
        this.notes.push([...halves(at), new Float(pitch), new Float(velocity), duration]);
        if (this.notes.length > MOST_NOTES) this.notes.shift();
        if (this.number) this.ask("/note", this.notes[this.notes.length - 1]);
    }

    clearNotes() { this.notes = []; }

    /// Plays from a position on. `generation` counts plays and stops; events of older ones at or after `at` are void.
    play(at) {
        this.playing = at;
        this.replan("/play", at);
    }

    stop(at) {
        this.playing = null;
        this.replan("/stop", at);
    }

    /// Where the host is: ten to twenty times a second.
    playhead(at, rate = this.wanted ? this.wanted.rate : 0) {
        this.now = at;
        this.events.giveUp(at);
        if (this.number) this.client.tell("/playhead", [this.number, ...halves(at), this.events.seen, new Float(rate)]);
    }

    /// A message of a session's stream, counted here.
    frames(at, width, values) {
        if (!this.number) return;
        this.inputs = (this.inputs % (COUNTS - 1)) + 1;
        this.client.tell("/frames", [this.number, this.inputs, ...halves(at), width, ...values.map((value) => new Float(value))]);
    }

    /// Sound, channels interleaved: as blobs by TCP, or where there is none as short messages.
    sound(at, channels, values) {
        if (!this.number || values.length === 0) return;
        if (!this.client.takesBlobs) {
            const most = Math.floor(MOST_FLOATS / channels) * channels;
            for (let i = 0; i < values.length; i += most) this.frames(at + i / channels, channels, values.slice(i, i + most));
            return;
        }
        this.inputs = (this.inputs % (COUNTS - 1)) + 1;
        const blob = new Uint8Array(Float32Array.from(values).buffer);
        this.client.sound("/audio", [this.number, this.inputs, ...halves(at), channels, "f32le", blob]);
    }

    /// A sound file below one of the daemon's file_folders; what is heard in it comes as events.
    file(path) {
        this.out.state("file", "begins", path);
        this.ask("/file", [String(path)], () => this.out.state("file", "done", path), ([, , state, progress]) => this.out.state("file", state, progress));
    }

    /// Says `heard` when everything about the sound that was sent until now (up to 16384 frames that wait) has been told. A question about an
    /// attribute stands in the queue of the model behind what it is at work on; behind what waits for that, the second one.
    finish(questions = 2) {
        if (!this.number) return this.out.fail(410, "/get", "no session is open: open MODEL first");
        this.client.afterSound("/get", [this.number, "top"], ({ fail }) => {
            if (fail && fail.code !== 404 && fail.code !== 400) this.failed(fail);
            else if (questions > 1) this.finish(questions - 1);
            else this.out.state("heard");
        });
    }

    /// A push of the daemon; true where it was this session's.
    hear(address, args) {
        if (address === "/fail" && args[2] === 410 && this.number && String(args[3]).split(/\D+/).includes(String(this.number))) this.gone();
        if (args[0] !== this.number || !this.number) return false;
        if (address === "/event") this.heardEvent(args);
        else if (address === "/frames") this.out.frames(position(args[2], args[3]), args[4], args.slice(5));
        else if (address === "/audio" && args[6] instanceof Uint8Array) this.out.sound(position(args[2], args[3]), args[4], floats(args[6]));
        else if (address === "/gap") this.out.state("gap", args[1], args[2]);
        else return false;
        return true;
    }

    /// The daemon is new, or back: what is wanted is asked for anew. `leave`: it may know the old session still.
    again(leave = false) {
        if (leave && this.number) this.client.request("/close", [this.number]);
        this.number = 0;
        this.opening = false;
        this.current = null;
        this.queue = this.queue.filter(({ address }) => !REPLAYED(address));
        if (this.wanted) this.begin();
    }

    // How it is done.

    forget() {
        this.events = new Numbered();
        this.inputs = 0;
        this.heldUntil = null;
    }

    begin() {
        if (this.opening || this.client.state !== "ready") return;
        this.opening = true;
        const { model, method, rate, unit, ticksPerBeat } = this.wanted, mine = this.wanted;
        const more = unit === "ticks" ? [ticksPerBeat] : [];
        this.client.request("/open", [model, method, new Float(rate), unit, ...more], (answer) => {
            if (this.wanted !== mine || !this.opening) { // closed, or another model, meanwhile
                if (!answer.fail) this.client.request("/close", [answer.args[0]]);
                return;
            }
            this.opening = false;
            if (answer.fail) return this.notOpened(answer.fail);
            this.opened(answer.args);
        });
    }

    opened([number, latency, inChannels, inRatio, outChannels, outRatio, modelRate, lookahead = 0]) {
        const held = this.heldUntil;
        this.forget();
        this.number = number;
        this.shape = { latency, inChannels, inRatio, outChannels, outRatio, modelRate, lookahead };
        const asked = this.queue;
        this.queue = [];
        this.out.state("opened", this.wanted.model, latency, inChannels, outChannels, lookahead, inRatio, outRatio, modelRate);
        for (const [name, value] of this.settings) this.ask("/" + name, [value]);
        for (const [attribute, values] of this.attributes) this.ask("/set", [attribute, ...values]);
        for (const note of this.notes) this.ask("/note", note);
        if (this.playing !== null) this.replan("/play", Math.max(this.playing, held === null ? this.playing : held));
        this.queue.push(...asked);
        this.pump();
    }

    /// Nothing that was asked of it can be answered. Loading (503) and a daemon that left come right by themselves.
    notOpened(fail) {
        const asked = this.queue;
        this.queue = [];
        this.failed(fail);
        for (const { address } of asked) this.failed({ ...fail, address });
        if (fail.code === 503 && this.client.state === "ready") this.client.timers.after(1000, () => { if (!this.number) this.begin(); });
    }

    replan(address, at) {
        this.generation++;
        if (address === "/play") this.heldUntil = null;
        this.cutAt = at;
        this.out.cut(at, this.generation);
        if (this.number) this.ask(address, [...halves(at), this.generation]);
    }

    /// A request of this session, in its turn: the next leaves when this one is answered, so that what is sent again cannot overtake.
    /// A 410 opens the session anew; what changes state is replayed by opened() then, everything else is asked again.
    ask(address, args, done = () => {}, onJob = null) {
        if (!this.wanted) return this.out.fail(410, address, "no session is open: open MODEL first");
        this.queue.push({ address, args, done, onJob });
        this.pump();
    }

    pump() {
        if (this.current || !this.number || this.queue.length === 0) return;
        const current = this.current = this.queue.shift(), number = this.number;
        const id = this.client.request(current.address, [number, ...current.args], (answer) => {
            if (this.current !== current) return; // closed meanwhile, or another session
            this.current = null;
            if (answer.fail && answer.fail.code === 410) return this.gone(current);
            if (answer.fail) this.failed(answer.fail);
            else current.done(answer);
            this.pump();
        });
        if (current.onJob) this.client.onJob(id, current.onJob);
    }

    gone(current = this.current) {
        if (current) this.queue.unshift(current);
        this.out.state("gone");
        this.again();
    }

    failed({ code, address, text }) { this.out.fail(code, address, text); }

    heardEvent([, seq, generation, hi, lo, when, duration, kind, ...values]) {
        const at = position(hi, lo);
        if (!this.events.isNew(seq, when === 1 ? at : at + ANSWERS_S * this.wanted.rate)) return;
        if (when === 1 && generation < this.generation && at >= this.cutAt) return; // void: a /play or /stop cut it off
        if (when === 1) this.heldUntil = Math.max(this.heldUntil === null ? at : this.heldUntil, at + duration);
        this.out.event({ session: this.number, seq, at, when, duration, generation, kind, values });
    }
}

module.exports = { Session, SETTINGS };
