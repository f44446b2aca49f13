// The way of sound, paths as Max writes them, and buffers that are used round and round.
"use strict";
const test = require("node:test"), assert = require("node:assert"), path = require("path");
const from = (name) => require(path.join(__dirname, "../../../clients/max/javascript", name));
const { SoundLine } = from("oscine-sound.js");
const { Session } = from("oscine-session.js");
const { systemPath } = from("oscine-files.js");
const { Capture, Playing, interleaved } = from("oscine-capture.js");
const { Buffer32 } = require("./genexpr.js");

/// A client that only joins lines: answers are given by hand.
function joining() {
    const it = { number: 7, key: 9, asked: [], lines: [], timers: { after: (ms, call) => it.timer = call }, receive() {}, forget() {} };
    it.requestBy = (line, address, args, done) => {
        it.asked.push([address, ...args]);
        it.answer = done;
        return it.asked.length;
    };
    it.connect = (receive, broken) => {
        const line = { sent: [], broken, send: (bytes) => line.sent.push(bytes), close: () => (line.closed = true) };
        it.lines.push(line);
        return line;
    };
    return it;
}

test("sound waits until its connection has joined the client, and goes on by another one when that broke", () => {
    const client = joining(), line = new SoundLine(client, client.connect);
    line.send("a");
    line.send("b");
    assert.deepEqual([client.asked, client.lines[0].sent], [[["/attach", 7, 9, 0]], []]);
    client.answer({});
    line.send("c");
    assert.deepEqual(client.lines[0].sent, ["a", "b", "c"]);
    client.lines[0].broken();
    assert.ok(line.usable);
    line.send("d");
    client.answer({});
    assert.deepEqual(client.lines[1].sent, ["d"]);
    client.lines[0].broken(); // late news of one that was left
    assert.equal(line.state, "ready");
});

test("where there is no TCP, or joining is refused, sound goes in short messages for a while", () => {
    for (const refuse of [(client) => client.answer({ fail: { code: 403 } }), (client) => client.lines[0].broken()]) {
        const client = joining(), line = new SoundLine(client, client.connect);
        line.send("a");
        refuse(client);
        assert.deepEqual([line.usable, client.lines[0].closed], [false, true]);
        client.timer();
        assert.ok(line.usable, "it is tried again");
    }
    assert.equal(new SoundLine(joining(), null).usable, false);
    const told = [], session = new Session({ takesBlobs: false, tell: (...all) => told.push(all) }, {});
    session.number = 5;
    session.sound(65530, 2, Array.from({ length: 600 }, (_, i) => i));
    assert.deepEqual(told.map(([address, [, seq, high, low, width, ...values]]) => [address, seq, high * 65536 + low, width, values.length]),
        [["/frames", 1, 65530, 2, 284], ["/frames", 2, 65672, 2, 284], ["/frames", 3, 65814, 2, 32]]);
});

test("paths as Max writes them", () => {
    for (const [text, platform, expected] of [
        ["Macintosh HD:/Users/me/a b.wav", "darwin", "/Users/me/a b.wav"], ["No Such Disk:/takes/a.wav", "darwin", "/Volumes/No Such Disk/takes/a.wav"],
        ["Macintosh HD:/tmp/a.wav", "linux", "/tmp/a.wav"], ["/tmp/a.wav", "darwin", "/tmp/a.wav"], ["C:/takes/a.wav", "win32", "C:/takes/a.wav"],
        ["~/a.wav", "darwin", "/home/me/a.wav"], ['"Macintosh HD:/a.wav"', "darwin", "/a.wav"], ["takes/first.wav", "darwin", "takes/first.wav"]])
        assert.equal(systemPath(text, platform, "/home/me"), expected, text);
});

const over = (buffer) => ({ frames: buffer.frames, read: (channel, cell, count) => Array.from({ length: count }, (_, i) => buffer.peek(channel, cell + i)),
    write: (channel, cell, values) => values.forEach((value, i) => buffer.poke(channel, cell + i, value)) });

test("capture: whole blocks in order across the buffer's end and 2^24, and what was overwritten is left out", () => {
    const held = new Buffer32(2048, 3), sent = [], capture = new Capture(over(held), (at, channels, values) => sent.push([at, values]));
    let now = 2 ** 24 - 1000;
    const play = (count) => {
        for (const end = now + count; now < end; now++) {
            held.poke(0, now % 2048, now % 997);
            held.poke(2, 0, now % 2 ** 24);
        }
    };
    play(10);
    const start = capture.start(now);
    assert.equal(start, now);
    for (let i = 0; i < 40; i++) {
        play(100);
        assert.equal(capture.look(now), 0);
    }
    sent.forEach(([at, values], i) => assert.deepEqual([at, values], [start + 256 * i, values.map((_, n) => (start + 256 * i + n) % 997)]));
    assert.equal(sent.length, 15);
    play(5000);
    const lost = capture.look(now);
    assert.ok(lost > 0 && lost % 256 === 0);
    const [at, values] = sent[sent.length - 1];
    assert.equal(values[0], at % 997);
    held.poke(2, 0, 300); // counted from the start again
    assert.equal(capture.look(300), 0);
    assert.equal(capture.next, 301);
});

test("playing: frames stand at their positions across the end, mono on both sides; what is behind is counted", () => {
    const held = new Buffer32(1024, 2), playing = new Playing(over(held));
    assert.equal(playing.write(1000, 1010, 1, Array.from({ length: 50 }, (_, i) => i + 1)), 0);
    assert.deepEqual([held.peek(0, 1010), held.peek(1, 1023), held.peek(0, 0), held.peek(1, 35)], [1, 14, 15, 50]);
    assert.equal(playing.write(1100, 1090, 2, Array.from({ length: 40 }, (_, i) => 100 + i)), 11);
    assert.deepEqual(playing.late, { count: 11, worst: 11 });
    assert.deepEqual([held.peek(0, 1101 % 1024), held.peek(1, 1101 % 1024), held.peek(0, 1100 % 1024)], [122, 123, 0]);
    assert.deepEqual(interleaved(over(held), 1101, 2, 2), [122, 123, 124, 125]);
});
