// The client and a session over a transport that loses, doubles and reorders, in virtual time: no socket, no waiting.
"use strict";
const test = require("node:test"), assert = require("node:assert"), path = require("path");
const from = (name) => require(path.join(__dirname, "../../../clients/max/javascript", name));
const { encode, decode, Deframer, framed, Float, halves, position } = from("oscine-osc.js");
const { Client } = from("oscine-client.js");
const { Session } = from("oscine-session.js");

class World {
    constructor() { Object.assign(this, { now: 0, due: [], sent: [], heard: [] }); }
    after(ms, call) { const entry = { at: this.now + ms, call }; this.due.push(entry); return entry; }
    cancel(entry) { this.due = this.due.filter((one) => one !== entry); }
    pass(ms) {
        const end = this.now + ms;
        for (;;) {
            const next = this.due.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
            if (!next) break;
            this.now = next.at;
            this.cancel(next);
            next.call();
        }
        this.now = end;
    }
    client(options = {}) {
        const hear = (word) => (...words) => this.heard.push([word, ...words]);
        const transport = { where: "here:7770", reliable: false, send: (bytes) => this.sent.push(decode(bytes)), ...options };
        const on = { connected: hear("connected"), disconnected: hear("disconnected"), restarted: hear("restarted"), fail: hear("fail"), push: hear("push") };
        const client = new Client(transport, this, on);
        client.say = (address, ...args) => client.receive(encode("/oscine/v1" + address, args));
        client.last = (address) => this.sent.filter((message) => message.address === "/oscine/v1" + address).pop();
        client.welcome = (boot) => client.say("/hello.reply", client.last("/hello").args[0], 77, boot, 0, "0.1.0", 30, 1234);
        return client;
    }
}

function ready(world, boot = 5) {
    const client = world.client();
    client.connect();
    client.welcome(boot);
    return client;
}

test("whole numbers leave as ints, others and Float as floats; what is no OSC throws", () => {
    const bytes = encode("/a", [1, 1.5, "x", new Float(2), new Uint8Array([7])]);
    assert.equal(Buffer.from(bytes).toString("latin1").slice(4, 12), ",ifsfb\0\0");
    assert.deepEqual(decode(bytes).args, [1, 1.5, "x", 2, new Uint8Array([7])]);
    assert.throws(() => encode("/a", [null]), TypeError);
    for (let cut = 0; cut < bytes.length; cut++) assert.throws(() => decode(bytes.subarray(0, cut)), RangeError);
});

test("positions survive the halves up to 2^48, also before the origin", () => {
    for (const at of [0, 1, 65535, 65536, 2880000, 2 ** 24 + 1, 3e9, 2 ** 40 + 12345, -1, -65537])
        assert.equal(position(...halves(at)), at);
    assert.deepEqual(halves(2880000), [43, 61952]);
});

test("TCP's bytes become packets however they are cut", () => {
    const packets = [encode("/a", [1]), encode("/b", ["xyz"])], all = Buffer.concat(packets.map(framed));
    for (let size = 1; size <= all.length; size++) {
        const got = [], deframer = new Deframer((packet) => got.push(Buffer.from(packet)));
        for (let at = 0; at < all.length; at += size) deframer.push(all.subarray(at, at + size));
        assert.deepEqual(got, packets.map((packet) => Buffer.from(packet)));
    }
});

test("a request is sent again with the same id, and its first answer counts", () => {
    const world = new World(), client = ready(world), answers = [];
    client.request("/status", [], (answer) => answers.push(answer));
    const id = client.last("/status").args[0];
    const times = () => world.sent.filter(({ address, args }) => address.endsWith("/status") && args[0] === id).length;
    world.pass(249);
    assert.equal(times(), 1);
    world.pass(1);
    assert.equal(times(), 2);
    client.say("/status.reply", id, 1, 2, 3);
    client.say("/status.reply", id, 9, 9, 9);
    assert.deepEqual(answers.map(({ args }) => args), [[1, 2, 3]]);
    assert.equal(world.heard.filter(([word]) => word === "push").length, 0, "a double is dropped");
});

test("who answers no ping is gone within a second and a half, and what waits fails", () => {
    const world = new World(), client = ready(world), answers = [];
    client.request("/load", ["slow"], (answer) => answers.push(answer));
    world.pass(1000); // ping and its three repeats
    assert.deepEqual(world.heard.pop(), ["disconnected", "no oscine at here:7770: start it with `oscine serve CONFIG`"]);
    assert.equal(answers[0].fail.code, 503);
    client.welcome(5);
    assert.equal(world.heard.pop()[0], "connected");
});

test("nobody there is said once, not every second, and hello goes on", () => {
    const world = new World(), client = world.client();
    client.connect();
    world.pass(60000);
    assert.equal(world.heard.length, 1);
    assert.ok(world.sent.length > 60);
});

function session(world, client) {
    const log = [], hear = (word) => (...words) => log.push([word, ...words]);
    const it = new Session(client, { state: hear("state"), fail: hear("fail"), value: hear("value"), event: hear("event"), result: hear("result"), frames: hear("frames"), cut: hear("cut") });
    it.log = log;
    it.answer = (number) => client.say("/opened", client.last("/open").args[0], number, 0, 1, 1, 1, 1, 0, 0);
    it.done = (address) => client.say("/done", client.last(address).args[0], "/oscine/v1" + address);
    it.event = (seq, generation, at, duration = 10) => client.receive(encode("/oscine/v1/event", [it.number, seq, generation, ...halves(at), 1, duration, "note", 60, 100, 1])) || it;
    return it;
}

test("a 410 opens anew, sets in order, and plays from the end of what is held", () => {
    const world = new World(), client = ready(world), it = session(world, client);
    client.on.push = (address, args) => it.hear(address, args);
    it.open("melody");
    it.set("temperature", 0.5);
    it.set("seed", 7);
    it.answer(11);
    for (const expected of ["temperature", "seed"]) {
        assert.equal(client.last("/set").args[2], expected, "one after the other");
        it.done("/set");
    }
    it.play(1000);
    it.done("/play");
    it.event(1, 1, 1000, 500);
    it.event(2, 1, 1500, 500);
    it.get("seed");
    client.say("/fail", client.last("/get").args[0], "/oscine/v1/get", 410, "there is no session 11; open again");
    it.answer(12);
    it.done("/set");
    it.done("/set");
    assert.deepEqual(client.last("/play").args.slice(1), [12, 0, 2000, 2], "a new generation, from the end of the second note");
    it.done("/play");
    assert.deepEqual(client.last("/get").args.slice(1), [12, "seed"], "what was asked is asked again");
    assert.ok(!it.log.some(([word]) => word === "fail"));
});

test("another rate opens anew with all that was set", () => {
    const world = new World(), client = ready(world), it = session(world, client);
    it.open("melody", "default", 48000);
    it.set("seed", 7);
    it.answer(11);
    it.done("/set");
    it.setRate(48000);
    assert.equal(client.last("/close"), undefined);
    it.setRate(44100);
    assert.equal(client.last("/close").args[1], 11);
    assert.deepEqual(client.last("/open").args.slice(1), ["melody", "default", 44100, "samples"]);
    it.answer(12);
    assert.deepEqual(client.last("/set").args.slice(1), [12, "seed", 7]);
});

test("doubles are dropped, seen tells up to where all came, and void generations do not sound", () => {
    const world = new World(), client = ready(world), it = session(world, client);
    client.on.push = (address, args) => it.hear(address, args);
    it.open("melody");
    it.answer(11);
    it.play(0);
    it.done("/play");
    for (const seq of [1, 3, 3, 1, 5]) it.event(seq, 1, seq * 100);
    assert.equal(it.events.seen, 1);
    it.event(2, 1, 200);
    assert.equal(it.events.seen, 3);
    assert.deepEqual(it.log.filter(([word]) => word === "event").map(([, { at }]) => at), [100, 300, 500, 200]);
    it.play(250);
    it.event(6, 1, 600);
    it.event(7, 2, 700);
    assert.deepEqual(it.log.filter(([word]) => word === "event").map(([, { at }]) => at).slice(4), [700]);
    it.events.seen = 16777214; // the counter's end: 0 is no number
    it.events.later.clear();
    it.event(16777215, 2, 800);
    it.event(1, 2, 900);
    assert.equal(it.events.seen, 1);
});

test("an event that is not sent again is waited for until one behind it has sounded; where it comes after all, it is told", () => {
    const world = new World(), client = ready(world), it = session(world, client);
    client.on.push = (address, args) => it.hear(address, args);
    it.open("melody");
    it.answer(11);
    it.play(0);
    it.done("/play");
    for (const seq of [1, 4, 6]) it.event(seq, 1, seq * 100);
    it.playhead(350);
    assert.equal(it.events.seen, 1);
    it.playhead(450);
    assert.equal(it.events.seen, 4);
    it.event(3, 1, 300);
    it.event(3, 1, 300);
    it.event(5, 1, 500);
    assert.equal(it.events.seen, 6);
    assert.deepEqual(it.log.filter(([word]) => word === "event").map(([, { at }]) => at), [100, 400, 600, 300, 500]);
});

test("answers are waited for as long as the daemon sends them again, and never more than 4096 of them", () => {
    const world = new World(), client = ready(world), it = session(world, client);
    client.on.push = (address, args) => it.hear(address, args);
    it.open("drums");
    it.answer(11);
    const label = (seq, at) => client.say("/event", 11, seq, 0, ...halves(at), 0, 0, "label", "kick", new Float(0.5), 1);
    for (const seq of [1, 3, 4]) label(seq, 1000 * seq);
    it.playhead(50000);
    assert.equal(it.events.seen, 1);
    it.playhead(100000);
    assert.equal(it.events.seen, 4);
    for (let seq = 6; seq < 4110; seq++) label(seq, 1e9);
    assert.ok(it.events.later.size < 4096 && it.events.seen >= 4102, `${it.events.seen}`);
});
