// node melody.js SCRIPT-OF-OSCINE PORT SECONDS SEED [restart]: [oscine.melody] -> [oscine.seq~] as their patches join them. [oscine]'s script runs in
// a node of its own, the other scripts in a stand-in of [v8], gen~ in the evaluator. Counting begins shortly before 2^24. Sound goes on as soon
// as all is there that the next half second needs. After a third of it, it plays anew from elsewhere, or, with `restart`, says `ready` and
// waits until the daemon, which restarts, has been told to play again. Says as JSON what fired where, what the daemon gave, and what was late or failed.
"use strict";
const fs = require("fs"), path = require("path"), { spawn } = require("child_process");
const { Gen, Buffer32 } = require("./genexpr.js");
const { MaxScript } = require("./mockv8.js");
const [node, port, seconds, seed, restart] = process.argv.slice(2);
const MAX = path.join(__dirname, "../../../clients/max"), script = (name) => path.join(MAX, "javascript", name);
const STEP = 960, START_HIGH = 255, RATE = 48000, NEEDED = RATE / 2;

const told = { fired: [], given: [], lists: [], late: [], failed: [], plays: [], opened: 0 };
const child = spawn(process.execPath, [node, "127.0.0.1", port, "melody-test"], { env: { ...process.env, NODE_PATH: __dirname }, stdio: ["pipe", "pipe", "inherit"] });
const toOscine = (words) => child.stdin.write(JSON.stringify(words) + "\n");

const buffer = new Buffer32(262144, 6);
const gen = new Gen(fs.readFileSync(path.join(MAX, "code/oscine.seq.genexpr"), "utf8"), { "oscine-events": buffer });
gen.params.starthi = START_HIGH;
const seq = new MaxScript(script("oscine-seq.js"), ["events"], { buffers: { events: buffer }, onOutlet: (outlet, words) => {
    if (outlet === 0) told.lists.push(words);
    if (outlet === 1) told.late.push(words);
    if (outlet === 4) gen.params[words[0]] = words[1];
    if (outlet === 5) toOscine(words);
}, onNamed: (_, words) => melody.send(...words) });

const numbers = new Map(); // of the events that came -> position
let seen = 0;
function given([, , seqNumber, generation, high, low, , , , pitch, velocity]) {
    const at = high * 65536 + low;
    told.given.push([at, pitch, generation, velocity]);
    numbers.set(seqNumber, at);
    while (numbers.has(seen + 1)) seen++;
}

const melody = new MaxScript(script("oscine-object.js"), ["melody", "77", "melody"], { onOutlet: (outlet, words) => {
    if (outlet === 1) {
        if (words[0] === "event") given(words);
        if (words[0] === "cut" && restart && told.plays.length === 1) known = true;
        if (words[0] === "cut") told.plays.push([words[2] * 65536 + words[3], words[1]]);
        seq.send(...words);
    }
    if (outlet === 2 && words[0] === "fail" && words[1] !== 503) told.failed.push(words); // 503: it still loads
    if (outlet === 2 && words[0] === "opened") {
        numbers.clear(); // a session counts its events anew
        seen = 0;
        if (told.opened++ === 0) begin();
    }
    if (outlet === 2 && words[0] === "value") known = true;
    if (outlet === 3 && gate) toOscine(words);
} });

let gate = false; // of [oscine]: opens with the first word of its script
let rest = "";
child.stdout.on("data", (data) => {
    const lines = (rest + data).split("\n");
    rest = lines.pop();
    gate = true;
    for (const [kind, word, ...words] of lines.map((line) => JSON.parse(line))) {
        if (kind === "outlet" && word === "state") melody.send("state", ...words);
        if (kind === "outlet" && word === "session" && words[0] === "77") melody.send("answer", ...words.slice(1));
    }
});

melody.send("loadbang"); // long before [oscine] is there

let now = START_HIGH * 65536;
const start = now, end = start + Number(seconds) * RATE, again = start + Math.floor((end - start) / 3);
let asked = false, known = true;

/// What is asked for goes one after the other, each there and back: through a bad network that takes a second or two.
function begin() {
    seq.send("bang");
    for (const words of [["horizon", 1000], ["seed", Number(seed)], ["tempo", 400], ["density", 1], ["note", 60, 100, 200], ["play", now + RATE]]) melody.send(...words);
    sound();
}

/// All up to a number is there, and the last of it is far enough ahead.
function filled() { return seen > 0 && seen === numbers.size && numbers.get(seen) >= now + NEEDED; }

function sound() {
    if (!known || !filled()) { // sound stands still here, but not the words about where it is
        toOscine(["session", "77", "clock", Math.floor(now / 65536), now % 65536, RATE]);
        return setTimeout(sound, 20);
    }
    for (let i = 0; i < STEP; i++, now++) {
        const [height, pitch] = gen.sample();
        if (height) told.fired.push([now, pitch, Math.round(height * 127)]);
    }
    seq.send("bang");
    if (now >= again && !asked) {
        asked = true;
        known = false;
        if (restart) {
            console.log("ready");
            return setTimeout(sound, 20);
        }
        melody.send("density", 0.8);
        melody.send("play", again + 2 * RATE); // beyond all that was told: what a cut voids is not sent again, and would be missing here
        melody.send("get", "seed"); // answered when the daemon knows; until then no sound
    }
    if (now < end) return setImmediate(sound);
    child.stdin.end();
    child.on("close", () => console.log(JSON.stringify({ ...told, end })));
}
