// What [oscine] and the session objects say and hear, as Max messages: the same words as in Pd and SuperCollider.
//   to it:    connect HOST PORT, disconnect, start [CONFIG], status, models, info MODEL, send ADDRESS ARGUMENTS…
//             session NAME WORD ARGUMENTS…     (NAME: any, one per session object); late SESSION COUNT WORST
//   from it:  state connected BOOT VERSION | disconnected REASON | restarted BOOT; fail CODE ADDRESS TEXT
//             session NAME WORD ARGUMENTS…
// A position in a message is two numbers, high and low.
"use strict";

const { Client } = require("./oscine-client.js");
const { Session, SETTINGS } = require("./oscine-session.js");
const { halves, position } = require("./oscine-osc.js");

const MISSING = "is not understood; there are";
const WORDS = ["hello", "open", "close", "set", "get", "reset", "note", "clear", "play", "stop", "clock", "run", "frames", "sound", "finish", "file", "folder", "ask", "labels", "rate", "unit", ...SETTINGS];
const MOST_VALUES = 512; // of sound in one message to the patch

/// outlet(words…) hears; makeTransport(host, port, receive, broken) -> transport of Client, with close(). files: path(text as Max writes it),
/// watch(folder, call(file)) -> {close()}. start(config, port, failed(text)) -> the program, or "".
class Bridge {
    constructor({ outlet, makeTransport, timers, files, start, name = "max" }) {
        Object.assign(this, { outlet, makeTransport, timers, files, startProgram: start, name, host: "127.0.0.1", port: 7770 });
        this.places = new Map(); // name -> {session, rate, unit, asked, kept}
        this.client = null;
    }

    /// One message of the patch.
    message(word, ...args) {
        const own = ["connect", "disconnect", "start", "status", "models", "info", "send", "session", "late"];
        if (!own.includes(word)) return this.fail(400, "", `${word} ${MISSING} ${own.join(", ")}`);
        if (word !== "connect" && word !== "start" && !this.client) return this.fail(503, "", "not connected: connect HOST PORT first");
        this[word](...args);
    }

    connect(host = "127.0.0.1", port = 7770) {
        if (typeof host !== "string" || !Number.isInteger(port) || port < 1 || port > 65535)
            return this.fail(400, "", `connect takes a host and a port from 1 to 65535, not ${host} ${port}`);
        this.disconnect("another daemon");
        Object.assign(this, { host, port });
        let client = null; // bytes for a connection that was left go nowhere
        this.transport = this.makeTransport(host, port, (bytes) => client && client === this.client && client.receive(bytes), (reason) => client && client === this.client && client.lost(reason));
        client = this.client = new Client(this.transport, this.timers, this.hears(), { name: this.name });
        this.client.connect();
    }

    disconnect(reason = "asked") {
        if (!this.client) return;
        this.client.disconnect(reason);
        this.transport.close();
        this.client = null;
    }

    /// Starts the daemon on this machine, at the port that is connected to; hello finds it.
    start(...config) {
        if (this.client && this.client.state === "ready") return this.fail(409, "", `oscine answers at ${this.host}:${this.port} already`);
        if (!["127.0.0.1", "localhost"].includes(this.host)) return this.fail(403, "", `oscine can be started on this machine, not on ${this.host}`);
        const path = config.length > 0 ? this.files.path(config.join(" ")) : "";
        const program = this.startProgram(path, this.port, (text) => this.fail(503, "", text));
        if (program) this.outlet("starting", program);
        if (program && !this.client) this.connect(this.host, this.port);
    }

    status() {
        this.list("/status", [], ({ args }) => this.outlet("status", ...args));
    }

    models() {
        this.list("/models", [], ({ items }) => {
            for (const { args } of items) this.outlet("model", ...args.slice(2));
            this.outlet("models", items.length);
        });
    }

    info(model = "") {
        this.list("/model/info", [String(model)], ({ items }) => {
            for (const { address, args } of items) this.outlet(address.slice("/model.".length), ...args);
            this.outlet("info", String(model), items.length);
        });
    }

    /// Any message as it is: an alias, or a request of the protocol with an id of the patch's own.
    send(address = "", ...args) {
        if (typeof address !== "string" || address[0] !== "/") return this.fail(400, String(address), "send takes an address that begins with /");
        this.client.raw(address, args);
    }

    /// So many events of a session came too late for a sequencer, the worst by so much.
    late(session, count, worst) { this.client.tell("/late", [session, count, worst]); }

    session(name, word, ...args) {
        const place = this.place(String(name));
        if (!WORDS.includes(word)) return this.failAt(name, 400, "", `${word} ${MISSING} ${WORDS.join(", ")}`);
        const { session } = place;
        if (word === "hello") this.outlet("session", place.name, "here", this.client && this.client.state === "ready" ? 1 : 0);
        else if (word === "open") session.open(args[0], args[1] || "default", place.rate, place.unit);
        else if (word === "rate") session.setRate((place.rate = args[0]));
        else if (word === "unit") place.unit = args[0];
        else if (word === "clock") session.playhead(position(args[0], args[1]), args[2]);
        else if (word === "play" || word === "stop") session[word](position(args[0], args[1]));
        else if (word === "note") session.note(position(args[0], args[1]), ...args.slice(2));
        else if (word === "run") session.run(position(args[0], args[1]), args.slice(2));
        else if (word === "frames") session.frames(position(args[0], args[1]), args[2], args.slice(3));
        else if (word === "sound") session.sound(position(args[0], args[1]), args[2], args.slice(3));
        else if (word === "file") session.file(this.files.path(args.join(" ")));
        else if (word === "folder") this.folder(place, args.join(" "));
        else if (word === "clear") session.clearNotes();
        else if (word === "ask") this.ask(place, args[0], args.slice(1));
        else if (word === "labels") this.labels(place, args[0]);
        else if (SETTINGS.includes(word)) session.setting(word, args[0]);
        else session[word](...args);
    }

    // How it is done.

    fail(code, address, text) { this.outlet("fail", code, address, text); }

    failAt(name, code, address, text) {
        this.outlet("session", name, "fail", code, address, text);
        this.fail(code, address, text);
    }

    list(address, args, done) {
        this.client.request(address, args, (answer) => (answer.fail ? this.fail(answer.fail.code, address, answer.fail.text) : done(answer)));
    }

    hears() {
        const sessions = () => [...this.places.values()].map(({ session }) => session);
        return {
            connected: (boot, version) => {
                this.outlet("state", "connected", boot, version);
                for (const session of sessions()) session.again(true);
            },
            disconnected: (reason) => this.outlet("state", "disconnected", reason),
            restarted: (boot) => {
                this.outlet("state", "restarted", boot);
                for (const session of sessions()) session.again();
            },
            fail: (code, address, text) => this.fail(code, address, text),
            push: (address, args) => {
                if (address === "/fail") for (const session of sessions()) session.hear(address, args);
                else if (!sessions().some((session) => session.hear(address, args))) this.outlet("heard", address, ...args);
            },
        };
    }

    place(name) {
        const known = this.places.get(name);
        if (known) return known;
        const tell = (...words) => this.outlet("session", name, ...words);
        const place = { rate: 48000, unit: "samples", names: new Map() };
        const out = {
            state: tell,
            fail: (code, address, text) => this.failAt(name, code, address, text),
            value: (attribute, ...values) => tell("value", attribute, ...values),
            result: (at, values) => tell("result", ...halves(at), ...values),
            frames: (at, width, values) => tell("frames", ...halves(at), width, ...values),
            sound: (at, channels, values) => {
                const most = Math.floor(MOST_VALUES / channels) * channels;
                for (let i = 0; i < values.length; i += most) tell("sound", ...halves(at + i / channels), channels, ...values.slice(i, i + most));
            },
            cut: (at, generation) => tell("cut", generation, ...halves(at)),
            event: ({ session, seq, at, when, duration, generation, kind, values }) => tell("event", session, seq, generation, ...halves(at), when, duration, kind, ...values),
        };
        // The client of the moment: a session outlives a change of daemon.
        const bridge = this;
        const client = { get state() { return bridge.client ? bridge.client.state : "idle"; }, timers: this.timers,
            get takesBlobs() { return bridge.client !== null && bridge.client.takesBlobs; } };
        for (const name of ["request", "tell", "sound", "afterSound", "onJob"]) client[name] = (...all) => (bridge.client ? bridge.client[name](...all) : 0);
        place.session = new Session(client, out);
        this.places.set(name, place);
        place.name = name;
        return place;
    }

    /// Each sound file that is put into a folder is heard. Nothing: no folder any more.
    folder(place, path) {
        if (place.watcher) place.watcher.close();
        place.watcher = null;
        if (!path) return this.outlet("session", place.name, "folder");
        try {
            place.watcher = this.files.watch(this.files.path(path), (file) => place.session.file(file));
            this.outlet("session", place.name, "folder", this.files.path(path));
        } catch (error) {
            this.failAt(place.name, 404, "/file", `${path} cannot be watched: ${error.message}`);
        }
    }

    /// One question without a session. While an answer is awaited only the newest question is kept: sliders never queue.
    ask(place, model, values) {
        if (place.asking) {
            place.kept = [model, values];
            return;
        }
        place.asking = true;
        this.client.request("/ask", [model, ...values], (answer) => {
            place.asking = false;
            if (answer.fail) this.failAt(place.name, answer.fail.code, "/ask", answer.fail.text);
            else this.outlet("session", place.name, "values", ...answer.args.slice(3));
            const kept = place.kept;
            place.kept = null;
            if (kept && this.client) this.ask(place, ...kept);
        });
    }

    labels(place, model) {
        this.client.request("/labels", [model, 0, 0], (answer) => {
            if (answer.fail) return this.failAt(place.name, answer.fail.code, "/labels", answer.fail.text);
            this.outlet("session", place.name, "labels", ...answer.items.map(({ args }) => args[2]));
        });
    }
}

module.exports = { Bridge };
