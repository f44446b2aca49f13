// One client of the daemon: hello, the lease, one answer per request, requests sent again, restarts. Knows no socket and no
// Max: `transport` sends bytes, `timers` wakes it, `on` hears what happens. The same file serves node.script and [v8].
"use strict";

const { encode, decode } = require("./oscine-osc.js");
const { SoundLine } = require("./oscine-sound.js");

const PREFIX = "/oscine/v1";
const RETRY_MS = 250, RETRIES = 3; // then once a second, while the daemon answers pings
const SLOW_RETRY_MS = 1000;
const PING_MS = 500;
const LIST_ITEMS = { "/models": ["/model.item"], "/labels": ["/model.label"], "/model/info": ["/model.about", "/model.method", "/model.attribute"] };
const IDS = 1 << 24;
const OWN = 1 << 20; // ids of ours; smaller ones are a person's, in `send`
const ANSWERS = new Set(["/done", "/fail", "/pong", "/opened", "/value", "/result", "/hello.reply", "/status.reply", ...Object.values(LIST_ITEMS).flat()]);

const short = (address) => (address.startsWith(PREFIX + "/") ? address.slice(PREFIX.length) : address);

/// transport: {send(bytes), reliable, where, sound} (where: "127.0.0.1:7770"; sound: connect of SoundLine, or null). timers: {after(ms, call) -> handle, cancel(handle)}.
/// on: {connected(boot, version), disconnected(reason), restarted(boot), fail(code, address, text), push(address, args)}.
class Client {
    constructor(transport, timers, on, { name = "max", replyPort = 0 } = {}) {
        Object.assign(this, { transport, timers, on, name, replyPort });
        this.state = "idle"; // idle, hello, ready
        this.boot = 0;
        this.nextId = OWN;
        this.waiting = new Map(); // id -> request
        this.soundLine = new SoundLine(this, transport.sound || null);
    }

    /// Says hello until somebody answers.
    connect() {
        if (this.state !== "idle") return;
        this.state = "hello";
        this.sayHello();
    }

    /// Says goodbye; what still waits fails.
    disconnect(reason = "asked") {
        if (this.state === "ready") this.transport.send(encode(PREFIX + "/bye", [0]));
        this.leave(reason);
        this.soundLine.close();
        this.boot = 0;
        this.state = "idle";
    }

    /// Sends a request and calls done(answer) once: {address, args, items} or, where it failed, {fail: {code, address, text}}.
    request(address, args, done = () => {}) {
        if (this.state !== "ready") {
            done({ fail: { code: 503, address, text: this.nobody() } });
            return 0;
        }
        return this.start(address, args, done);
    }

    /// What is told while the request `id` is at work.
    onJob(id, call) { if (this.waiting.has(id)) this.waiting.get(id).onJob = call; }

    /// The same by a connection of its own, which loses nothing.
    requestBy(transport, address, args, done) { return this.start(address, args, done, transport); }

    /// Whoever asked this hears nothing of it any more.
    forget(id) {
        const request = this.waiting.get(id);
        if (request) this.timers.cancel(request.timer);
        this.waiting.delete(id);
    }

    /// Sound as blobs: true where that is possible, by TCP.
    get takesBlobs() { return this.transport.reliable || this.soundLine.usable; }

    /// A message of a stream, by the way of sound.
    sound(address, args) {
        if (this.state !== "ready") return;
        const bytes = encode(PREFIX + address, args);
        if (this.transport.reliable) this.transport.send(bytes);
        else this.soundLine.send(bytes);
    }

    /// A request by the way of sound, behind what was sent there until now.
    afterSound(address, args, done) {
        if (this.state !== "ready") return;
        if (this.soundLine.state === "joining") this.soundLine.joined.push(() => this.afterSound(address, args, done));
        else this.requestBy(this.soundLine.state === "ready" ? this.soundLine.line : this.transport, address, args, done);
    }

    /// A message without an id: streams, playhead.
    tell(address, args) {
        if (this.state === "ready") this.transport.send(encode(address[0] === "/" && !address.startsWith(PREFIX) ? PREFIX + address : address, args));
    }

    /// A message of somebody else's (an alias), as it is.
    raw(address, args) {
        this.transport.send(encode(address, args));
    }

    /// Bytes that came from the daemon. What is no OSC is passed over.
    receive(bytes) {
        let message;
        try {
            message = decode(bytes);
        } catch (error) {
            return;
        }
        const address = short(message.address), args = message.args;
        if (address === "/restarted") this.bootIs(args[0]);
        else if (!this.answers(address, args)) this.push(address, args);
    }

    // How it is done.

    nobody() {
        return `no oscine at ${this.transport.where}: start it with \`oscine serve CONFIG\``;
    }

    start(address, args, done, transport = this.transport) {
        const id = this.nextId;
        this.nextId = id + 1 < IDS ? id + 1 : OWN;
        const request = { id, address, done, transport, items: [], sent: 0, bytes: encode(PREFIX + address, [id, ...args]) };
        this.waiting.set(id, request);
        this.sendAgain(request);
        return id;
    }

    sendAgain(request) {
        request.transport.send(request.bytes);
        request.sent++;
        if (request.transport.reliable && !request.limit) return;
        const wait = request.sent <= RETRIES || request.limit ? RETRY_MS : SLOW_RETRY_MS;
        request.timer = this.timers.after(wait, () => {
            if (request.limit && request.sent > request.limit) this.finish(request, { fail: { code: 503, address: request.address, text: this.nobody() } });
            else this.sendAgain(request);
        });
    }

    /// A request that decides whether the daemon is there: three repeats, then no more.
    probe(address, args, done) {
        const id = this.start(address, args, done), request = this.waiting.get(id);
        if (request) request.limit = RETRIES;
        if (request && this.transport.reliable) this.sendProbe(request);
    }

    sendProbe(request) {
        request.timer = this.timers.after(RETRY_MS * (RETRIES + 1), () => this.finish(request, { fail: { code: 503, address: request.address, text: this.nobody() } }));
    }

    finish(request, answer) {
        if (!this.waiting.delete(request.id)) return;
        this.timers.cancel(request.timer);
        request.done(answer);
    }

    /// True where it was the answer of a request, or part of one.
    answers(address, args) {
        const request = this.waiting.get(args[0]);
        if (!request) return args[0] >= OWN && ANSWERS.has(address); // the answer came twice
        if (address === "/fail") this.finish(request, { fail: { code: args[2], address: short(args[1]), text: args[3] } });
        else if ((LIST_ITEMS[request.address] || []).includes(address)) request.items.push({ address, args: args.slice(1) });
        else if (address === "/job" && request.onJob) request.onJob(args);
        else if (address === "/job" || address === "/frames" || address === "/audio" || address === "/event" || address === "/gap") return false;
        else this.finish(request, { address, args: args.slice(1), items: request.items });
        return true;
    }

    push(address, args) {
        if (address === "/fail") this.on.fail(args[2], short(args[1]), args[3]);
        this.on.push(address, args);
    }

    sayHello() {
        if (this.state !== "hello") return;
        this.probe("/hello", [this.replyPort, this.name], (answer) => {
            if (this.state !== "hello") return;
            if (!answer.fail) return this.welcomed(answer.args);
            if (this.told !== answer.fail.text) this.on.disconnected(answer.fail.text); // once, not every second
            this.told = answer.fail.text;
            this.timers.after(SLOW_RETRY_MS, () => this.sayHello());
        });
    }

    welcomed([number, boot, , version, , key]) {
        this.state = "ready";
        Object.assign(this, { number, key });
        this.soundLine.close();
        this.told = "";
        this.version = version;
        this.boot = boot;
        this.on.connected(boot, version);
        this.ping();
    }

    bootIs(boot) {
        if (boot === this.boot || this.state !== "ready") return;
        this.boot = boot;
        this.on.restarted(boot);
    }

    ping() {
        if (this.state !== "ready") return;
        this.probe("/ping", [0, 0], (answer) => {
            if (this.state !== "ready") return;
            if (!answer.fail) this.timers.after(PING_MS, () => this.ping());
            else this.lost(answer.fail.text);
        });
    }

    /// The daemon, or the connection to it, is gone: what waits fails, and hello is said until it is back.
    lost(reason) {
        if (this.state !== "ready") return; // a hello that nobody hears ends by itself
        this.leave(reason);
        this.state = "hello";
        this.told = reason;
        this.sayHello();
    }

    leave(reason) {
        const before = this.state;
        this.state = "leaving";
        for (const request of [...this.waiting.values()]) this.finish(request, { fail: { code: 503, address: request.address, text: reason } });
        if (before === "ready") this.on.disconnected(reason);
    }
}

module.exports = { Client, PREFIX };
