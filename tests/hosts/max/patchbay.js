// [oscine] in a node of its own, and objects that hear sound, joined as the patches join them: the script of the object and of its [oscine.seq~] in
// a stand-in of [v8], gen~ in the evaluator. No clock of this machine is in it: sound goes on as soon as what was sent has been heard.
"use strict";
const fs = require("fs"), path = require("path"), { spawn } = require("child_process");
const { Gen, Buffer32 } = require("./genexpr.js");
const { MaxScript } = require("./mockv8.js");
const MAX = path.join(__dirname, "../../../clients/max"), script = (name) => path.join(MAX, "javascript", name);
const code = (name) => fs.readFileSync(path.join(MAX, "code", `${name}.genexpr`), "utf8");

/// [oscine HOST PORT NAME]: hear(word, …) gets what leaves it.
class Oscine {
    constructor(port, name, hear) {
        this.child = spawn(process.execPath, [script("oscine-node.js"), "127.0.0.1", String(port), name], { env: { ...process.env, NODE_PATH: __dirname }, stdio: ["pipe", "pipe", "inherit"] });
        let rest = "";
        this.child.stdout.on("data", (data) => {
            const lines = (rest + data).split("\n");
            rest = lines.pop();
            for (const [kind, ...words] of lines.map((line) => JSON.parse(line))) if (kind === "outlet") hear(...words);
        });
    }
    send(words) { this.child.stdin.write(JSON.stringify(words) + "\n"); }
    /// As when the patch is closed.
    close() {
        return new Promise((done) => {
            this.child.on("close", done);
            this.child.stdin.end();
        });
    }
}

/// [oscine.classify~ MODEL] or [oscine.stream~ MODEL NAME METHOD]. told(outlet, words): outlets as the script counts them, and "fires" of the sequencer.
class Ear {
    constructor(kind, model, oscine, told, { method = 0, self = "7", buffers = {}, rate = 48000 } = {}) {
        const events = new Buffer32(262144, 6), sound = new Buffer32(65536, 3), voice = new Buffer32(262144, 2);
        Object.assign(this, { self, oscine, told, now: 0, states: [], waiters: [] });
        this.clock = new Gen(code("oscine.seq"), { "oscine-events": events }, { samplerate: rate });
        this.ear = new Gen(code("oscine.ear"), { "oscine-sound": sound }, { samplerate: rate });
        this.voice = new Gen(code("oscine.voice"), { "oscine-voice": voice }, { samplerate: rate });
        this.object = new MaxScript(script("oscine-object.js"), [kind, `${self}-session`, model, "sound", "voice", method], { buffers: { ...buffers, sound, voice },
            onOutlet: (outlet, words) => this.out(outlet, words) });
        this.seq = new MaxScript(script("oscine-seq.js"), ["events"], { buffers: { events }, onOutlet: (outlet, words) => {
            if (outlet === 3) told("now", words);
            if (outlet === 1) told("late", words);
            if (outlet === 4) this.clock.params[words[0]] = words[1];
            if (outlet === 5) oscine().send(words);
        }, onNamed: (name, words) => name === `${self}-session-clock` && this.object.send(...words) });
    }
    /// The patch is loaded, long before [oscine] is there: Node takes its time. Until then [gate] lets nothing through.
    load() {
        this.gate = false;
        this.object.send("loadbang");
    }
    out(outlet, words) {
        if (outlet === 1) this.seq.send(...words);
        if (outlet === 3) return this.gate && this.oscine().send(words);
        if (outlet === 2 && words[0] === "heard") return this.waiters.shift()();
        this.told(["main", "second", "state"][outlet], words);
    }
    /// What [route] of the patch does with the words of [oscine].
    hear(word, ...words) {
        this.gate = true;
        if (word === "state") return this.object.send("state", ...words);
        if (word !== "session") return;
        const [name, ...rest] = words;
        if (name === `${this.self}-session`) this.object.send("answer", ...rest);
        for (const which of ["file", "buffer"]) if (name === `${this.self}-${which}`) this.object.send("aside", which, ...rest);
    }
    /// Sound, 20 ms at a time, each waited for. played(now, left, right, impulse) hears every sample.
    async play(left, right = left, played = () => {}) {
        for (let at = 0; at < left.length;) {
            for (const end = Math.min(left.length, at + 960); at < end; at++, this.now++) {
                const [impulse, , , , position] = this.clock.sample();
                this.ear.sample(left[at], right[at], position);
                const [outLeft, outRight] = this.voice.sample(position);
                played(this.now, outLeft, outRight, impulse);
            }
            this.seq.send("bang");
            await this.heard();
        }
    }
    heard() {
        return new Promise((done) => {
            this.waiters.push(done);
            this.oscine().send(["session", `${this.self}-session`, "finish"]);
        });
    }
}

module.exports = { Oscine, Ear, MAX };
