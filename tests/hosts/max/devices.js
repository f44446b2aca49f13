// node devices.js PORT: three devices at once, each with an [oscine] of its own: two instances of [oscine.stream~ wire], one [oscine.classify~ loudness]. Each
// plays a second of sound, waits on a line of its input (the daemon may restart there), plays another, then the second instance is taken away. Says as JSON
// what each heard, and how many sessions the daemon had before and after.
"use strict";
const { Oscine, Ear } = require("./patchbay.js");
const port = process.argv[2], RATE = 48000;

class Device {
    constructor(name, kind, model) {
        Object.assign(this, { states: [], waiting: [], main: [], given: [], played: [] });
        this.oscine = new Oscine(port, name, (...words) => this.hear(words));
        this.ear = new Ear(kind, model, () => this.oscine, (outlet, words) => {
            if (outlet === "main") this.main.push(words);
            if (outlet === "state") this.states.push(words);
            if (outlet === "state") this.heard(words[0]);
        });
    }
    hear(words) {
        if (words[0] === "status") this.sessions = words[3];
        this.heard(words[0]);
        this.ear.hear(...words);
    }
    heard(word) {
        const i = this.waiting.findIndex(([wanted]) => wanted === word);
        if (i >= 0) this.waiting.splice(i, 1)[0][1]();
    }
    until(word) { return new Promise((done) => this.waiting.push([word, done])); }
    async play(level, steady = false) {
        const sound = Float32Array.from({ length: RATE }, (_, i) => level * (steady ? 1 : Math.sin(i * i)));
        this.given.push(...sound);
        await this.ear.play(sound, sound, (_, left) => this.played.push(left));
    }
    begins() {
        const [, high, low] = this.states.filter(([word]) => word === "begins").pop();
        return high * 65536 + low;
    }
    latency() { return this.states.find(([word]) => word === "latency")[1]; }
    /// Samples that are not those of `latency` before.
    wrong() {
        let count = 0;
        for (let n = this.begins() + this.latency(); n < this.played.length; n++) if (this.played[n] !== this.given[n - this.latency()]) count++;
        return count;
    }
    async count() {
        const told = this.until("status");
        this.oscine.send(["status"]);
        await told;
        return this.sessions;
    }
}

async function main() {
    const [one, two, ear] = [new Device("one", "stream", "wire"), new Device("two", "stream", "wire"), new Device("ear", "classify", "loudness")];
    const all = [one, two, ear], opened = (devices) => Promise.all(devices.map((device) => device.until("opened")));
    const isOpen = opened(all);
    all.forEach((device) => device.ear.load());
    await isOpen;
    await Promise.all([one.play(0.5), two.play(0.25), ear.play(0, true)]);
    const told = { first: { wrong: [one.wrong(), two.wrong()], labels: ear.main.splice(0), begins: ear.begins() } };
    const again = opened(all);
    console.log("ready");
    await new Promise((done) => process.stdin.once("data", done));
    await again;
    await Promise.all([one.play(0.3), two.play(0.7), ear.play(0.9, true)]);
    told.then = { wrong: [one.wrong(), two.wrong()], labels: ear.main.splice(0), begins: ear.begins() };
    told.before = await one.count();
    await two.oscine.close();
    told.after = await one.count();
    told.fails = all.map(({ states }) => states.filter(([word]) => word === "fail" || word === "late"));
    await Promise.all([one, ear].map(({ oscine }) => oscine.close()));
    console.log(JSON.stringify(told));
    process.exit(0);
}
main();
