// node classify.js PORT MODEL FLOATS: [oscine.classify~] hears FLOATS (raw float32, 48 kHz) three ways: live, as a buffer~, and, where FILE and FOLDER
// follow, as a sound file and as one that is put into a folder. Says as JSON what came out.
"use strict";
const fs = require("fs"), path = require("path");
const { Oscine, Ear } = require("./patchbay.js");
const { Buffer32 } = require("./genexpr.js");
const [port, model, floats, file, folder] = process.argv.slice(2);
const bytes = fs.readFileSync(floats), sound = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
const recorded = new Buffer32(sound.length, 1);
recorded.data[0].set(sound);

const told = { main: [], now: [], late: [], state: [], fires: [] };
const waiting = []; // [word, …] -> call
const hear = (outlet, words) => {
    (told[outlet] || []).push(words);
    const i = waiting.findIndex(([wanted]) => outlet === "state" && wanted.every((word, at) => words[at] === word));
    if (i >= 0) waiting.splice(i, 1)[0][1]();
};
const until = (...words) => new Promise((done) => waiting.push([words, done]));

async function main() {
    const oscine = new Oscine(port, "classify-test", (...words) => ear.hear(...words));
    const ear = new Ear("classify", model, () => oscine, hear, { buffers: { recorded } });
    ear.load();
    await until("opened");
    const began = until("begins");
    const quiet = new Float32Array(4800);
    await ear.play(quiet);
    await began;
    const start = ear.now;
    await ear.play(new Float32Array([...sound, ...quiet, ...quiet, ...quiet, ...quiet]), undefined, (now, _, __, impulse) => impulse && told.fires.push([now, impulse]));
    const result = { start, begins: told.state.find(([word]) => word === "begins"), opened: told.state.find(([word]) => word === "opened"), live: told.main.splice(0), now: told.now, late: told.late, fires: told.fires };
    const heard = until("buffer", "done");
    ear.object.send("buffer", "recorded");
    await heard;
    result.buffer = told.main.splice(0);
    ear.object.send("buffer", "nothing");
    ear.object.send("dance");
    if (file) {
        const done = until("file", "done");
        ear.object.send("file", file);
        await done;
        result.file = told.main.splice(0);
        const watched = until("folder", folder), dropped = until("file", "done");
        ear.object.send("folder", `Macintosh HD:${folder}`);
        await watched;
        fs.copyFileSync(file, path.join(folder, "dropped.wav"));
        await dropped;
        result.dropped = told.main.splice(0);
    }
    result.state = told.state;
    ear.oscine = () => ({ send() {} });
    await oscine.close();
    console.log(JSON.stringify(result));
}
main();
