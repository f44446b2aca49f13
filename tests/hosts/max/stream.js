// node stream.js PORT MODEL: [oscine.stream~] as its patch joins it, two instances at once on one [oscine], sound of a seed into each. Waits on a line of
// its input after the first second (the daemon may restart there), then plays on. Says as JSON what differs from the same sound later by the latency.
"use strict";
const { Oscine, Ear } = require("./patchbay.js");
const [port, model] = process.argv.slice(2);
const RATE = 48000;

function noise(frames, seed) {
    const sound = new Float32Array(frames);
    for (let i = 0, x = seed; i < frames; i++) sound[i] = (x = (Math.imul(x, 1103515245) + 12345) & 0x7fffffff) / 0x40000000 - 1;
    return sound;
}

function instance(self, oscine) {
    const states = [], waiting = [], played = { left: [], right: [] }, given = { left: [], right: [] };
    const ear = new Ear("stream", model, oscine, (outlet, words) => {
        if (outlet !== "state") return;
        states.push(words);
        const i = waiting.findIndex(([word]) => words[0] === word);
        if (i >= 0) waiting.splice(i, 1)[0][1]();
    }, { self });
    const until = (word) => new Promise((done) => waiting.push([word, done]));
    const play = async (frames, seed) => {
        const left = noise(frames, seed), right = noise(frames, seed + 1);
        given.left.push(...left);
        given.right.push(...right);
        await ear.play(left, right, (_, a, b) => {
            played.left.push(a);
            played.right.push(b);
        });
    };
    return { ear, states, until, play, played, given };
}

/// Samples that are not the ones given `latency` before, from a position on.
function differences({ given, played }, latency, from, to) {
    let count = 0;
    for (let n = from + latency; n < to; n++) if (played.left[n] !== given.left[n - latency] || played.right[n] !== given.right[n - latency]) count++;
    return count;
}

async function main() {
    const oscine = new Oscine(port, "stream-test", (...words) => both.forEach(({ ear }) => ear.hear(...words)));
    const both = ["7", "8"].map((self) => instance(self, () => oscine));
    const isOpen = Promise.all(both.map(({ until }) => until("opened")));
    both.forEach(({ ear }) => ear.load());
    await isOpen;
    await Promise.all(both.map(({ play }, i) => play(RATE, 11 + i)));
    const latency = both[0].states.find(([word]) => word === "latency")[1];
    const first = both.map((it) => {
        const [, high, low] = it.states.find(([word]) => word === "begins");
        return differences(it, latency, high * 65536 + low, RATE);
    });
    const again = Promise.all(both.map(({ until }) => until("opened")));
    console.log("ready");
    await new Promise((done) => process.stdin.once("data", done));
    await again;
    const from = both[0].played.left.length;
    await Promise.all(both.map(({ play }, i) => play(RATE, 21 + i)));
    const then = both.map((it) => {
        const [, high, low] = it.states.filter(([word]) => word === "begins").pop();
        return differences(it, latency, high * 65536 + low, from + RATE);
    });
    const quiet = both.map(({ states }) => states.filter(([word]) => word === "late" || word === "fail"));
    await oscine.close();
    console.log(JSON.stringify({ latency, opened: both[0].states.find(([word]) => word === "opened"), first, then, quiet }));
    process.exit(0);
}
main();
