// [oscine.melody]: a generated melody for [oscine.seq~], in samples or in ticks.
"use strict";

const { SessionObject, halves, position } = require("./oscine-words.js");

const ATTRIBUTES = ["temperature", "top_p", "density", "range", "scale", "root", "seed", "tempo", "voices", "velocity", "meter"];
const HORIZON_MS = 100; // as in Pd: play without a position begins so far from now, and so early that no gap is heard

class Melody extends SessionObject {
    constructor(...all) {
        super(...all);
        this.horizon = HORIZON_MS;
    }

    /// The sequencer is asked to say where it is, and told what its positions count.
    begin() {
        this.follow();
        super.begin();
    }

    follow() {
        this.out.second("unit", this.unit);
        this.out.second("axis", this.self);
    }

    message(word, ...args) {
        if (word === "play" || word === "stop") this.plan(word, args);
        else if (word === "note") this.note(...args);
        else if (word === "forget") this.toDaemon("clear");
        else if (word === "tempo" && this.unit === "ticks") this.out.tempo(...args);
        else if (ATTRIBUTES.includes(word)) this.keep(word, args);
        else if (word === "policy") this.policy(...args);
        else {
            if (word === "horizon" && typeof args[0] === "number") this.horizon = args[0];
            return super.message(word, ...args);
        }
        return true;
    }

    /// Nothing: one horizon from now. One number: a position. Two: its halves.
    plan(word, words) {
        if (!words.every((value) => typeof value === "number")) return this.wrong(`${word} takes a position, or nothing`);
        const soon = this.now + (word === "play" ? this.units(this.horizon) : 0);
        const at = words.length === 0 ? soon : words.length === 1 ? Math.round(words[0]) : position(...words);
        this.follow(); // the sequencer may be newer than this object
        this.toDaemon(word, ...halves(at));
    }

    /// A note of the seed, at the moment it is given.
    note(pitch, velocity = 100, ms = 250) {
        if (typeof pitch !== "number") return this.wrong("note takes PITCH VELOCITY MS");
        if (velocity === 0) return; // its end, where notes come from a keyboard
        this.toDaemon("note", ...halves(this.now), pitch, velocity, this.units(ms));
    }

    /// It is the sequencer that does it; the daemon is told.
    policy(word) {
        this.out.second("policy", word);
        this.toDaemon("policy", word);
    }

    answer(word, ...words) {
        if (word === "event" || word === "cut") this.out.second(word, ...words);
        else this.out.state(word, ...words);
    }
}

module.exports = { Melody };
