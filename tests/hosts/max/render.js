// node render.js PORT MODEL METHOD RATE BLOCK IN OUT: [oscine.stream~ MODEL 0 METHOD] at RATE; the float32 samples of IN go in, what comes out goes to OUT. Says as
// JSON from which sample on was sent, the latency, and what failed.
"use strict";
const fs = require("fs");
const { Oscine, Ear } = require("./patchbay.js");
const [port, model, method, rate, block, input, output] = process.argv.slice(2);

async function main() {
    const bytes = fs.readFileSync(input), sound = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
    const told = { fails: [] }, played = new Float32Array(sound.length);
    let opened;
    const isOpen = new Promise((done) => { opened = done; });
    const oscine = new Oscine(port, "render", (...words) => ear.hear(...words));
    const ear = new Ear("stream", model, () => oscine, (outlet, words) => {
        if (outlet !== "state") return;
        if (words[0] === "opened") opened();
        if (words[0] === "begins") told.begins = words[1] * 65536 + words[2];
        if (words[0] === "latency") told.latency = words[1];
        if (words[0] === "late" || (words[0] === "fail" && words[1] !== 503)) told.fails.push(words); // 503: it still loads
    }, { method, rate: Number(rate) });
    ear.object.send("set", "block", Number(block));
    ear.object.send("clock", "events", 0, 0, Number(rate));
    ear.load();
    await isOpen;
    await ear.play(sound, sound, (now, left) => { played[now] = left; });
    await oscine.close();
    fs.writeFileSync(output, Buffer.from(played.buffer));
    console.log(JSON.stringify(told));
}
main();
