// node latents.js PORT: [oscine.stream~ latents], whose method takes and gives frames of three numbers. Says as JSON which numbers came when.
"use strict";
const { Oscine, Ear } = require("./patchbay.js");
const RATE = 48000, silence = (seconds) => new Float32Array(seconds * RATE);

async function main() {
    const told = { numbers: [], fails: [] };
    let opened;
    const oscine = new Oscine(process.argv[2], "latents", (...words) => ear.hear(...words));
    const isOpen = new Promise((done) => { opened = done; });
    const ear = new Ear("stream", "latents", () => oscine, (outlet, words) => {
        if (outlet === "main") told.numbers.push([ear.now, words]);
        if (outlet === "state" && words[0] === "opened") opened();
        if (outlet === "state" && words[0] === "begins") told.begins = words[1] * 65536 + words[2];
        if (outlet === "state" && words[0] === "latency") told.latency = words[1];
        if (outlet === "state" && (words[0] === "fail" || words[0] === "late")) told.fails.push(words[3]);
    });
    ear.load();
    await isOpen;
    await ear.play(silence(0.1));
    ear.object.send(1, 2);
    ear.object.send(1, 2, 3.5);
    await ear.play(silence(1));
    ear.object.send(4, 5, 6.5);
    await ear.play(silence(1));
    await oscine.close();
    console.log(JSON.stringify(told));
}
main();
