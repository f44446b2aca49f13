// node melody.js SCRIPT-OF-OSCINE PORT SECONDS SEED: [oscine.melody] -> [oscine.seq~] as their patches join them. [oscine]'s script runs in
// a node of its own, the other scripts in a stand-in of [v8], gen~ in the evaluator, twice as fast as sound would. Counting begins
// shortly before 2^24. Says as JSON what fired where, what was given by the daemon, and what was late or failed.
"use strict";
const fs = require("fs"), path = require("path"), { spawn } = require("child_process");
const { Gen, Buffer32 } = require("./genexpr.js");
const { MaxScript } = require("./mockv8.js");
const [node, port, seconds, seed] = process.argv.slice(2);
const MAX = path.join(__dirname, "../../../clients/max"), script = (name) => path.join(MAX, "javascript", name);
const STEP = 960, STEP_MS = 10, START_HIGH = 255, RATE = 48000;

const told = { fired: [], given: [], lists: [], late: [], failed: [], opened: 0 };
const child = spawn(process.execPath, [node, "127.0.0.1", port, "melody-test"], { env: { ...process.env, NODE_PATH: __dirname }, stdio: ["pipe", "pipe", "inherit"] });
const toOscine = (words) => child.stdin.write(JSON.stringify(words) + "\n");

const buffer = new Buffer32(262144, 6);
const gen = new Gen(fs.readFileSync(path.join(MAX, "code/oscine.seq.genexpr"), "utf8"), { "oscine-events": buffer });
gen.params.starthi = START_HIGH;
const seq = new MaxScript(script("oscine-seq.js"), ["events"], { buffers: { events: buffer }, onOutlet: (outlet, words) => {
    if (outlet === 0) told.lists.push(words);
    if (outlet === 1) told.late.push(words);
    if (outlet === 2) gen.params[words[0]] = words[1];
    if (outlet === 3) melody.send(...words);
} });
const melody = new MaxScript(script("oscine-object.js"), ["melody", "77", "melody"], { onOutlet: (outlet, words) => {
    if (outlet === 1) {
        if (words[0] === "event") told.given.push([words[1] * 65536 + words[2], words[7], words[5]]);
        seq.send(...words);
    }
    if (outlet === 2 && words[0] === "fail") told.failed.push(words);
    if (outlet === 2 && words[0] === "opened" && told.opened++ === 0) begin();
    if (outlet === 3) toOscine(words);
} });

let rest = "";
child.stdout.on("data", (data) => {
    const lines = (rest + data).split("\n");
    rest = lines.pop();
    for (const [kind, word, ...words] of lines.map((line) => JSON.parse(line))) {
        if (kind === "outlet" && word === "state") melody.send("state", ...words);
        if (kind === "outlet" && word === "state" && words[0] === "connected") melody.send("loadbang");
        if (kind === "outlet" && word === "session" && words[0] === "77") melody.send("answer", ...words.slice(1));
    }
});

let now = START_HIGH * 65536;
const end = now + Number(seconds) * RATE;

/// What is asked for goes one after the other, each there and back: through a bad network that takes a second or two of sound.
function begin() {
    seq.send("bang");
    for (const words of [["horizon", 1000], ["seed", Number(seed)], ["tempo", 240], ["note", 60, 100, 200], ["play", now + 3 * RATE]]) melody.send(...words);
    setTimeout(sound, STEP_MS);
}

function sound() {
    for (let i = 0; i < STEP; i++, now++) {
        const [fires, pitch] = gen.sample();
        if (fires) told.fired.push([now, pitch]);
    }
    seq.send("bang");
    if (now < end) return setTimeout(sound, STEP_MS);
    child.stdin.end();
    child.on("close", () => console.log(JSON.stringify({ ...told, end })));
}
