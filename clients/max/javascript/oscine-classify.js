// [oscine.classify~]: what a model hears, as it is told, and on time.
"use strict";

const { Listener } = require("./oscine-listener.js");

const SETTINGS_OF_MODEL = ["top", "threshold", "sensitivity"];

class Classify extends Listener {
    message(word, ...args) {
        if (SETTINGS_OF_MODEL.includes(word)) {
            this.lasting.set(word, args);
            this.settle(word, args);
        }
        else if (["policy", "flush", "status"].includes(word)) this.sequencer(word, args);
        else return super.message(word, ...args);
        return true;
    }

    sequencer(word, args) {
        this.out.second(word, ...args);
        if (word === "policy") this.toDaemon(word, ...args);
    }

    /// The delay of the impulse behind the sound, which stays.
    setLookahead(ms) {
        this.out.second("lookahead", ms);
        this.out.state("latency", this.units(ms), ms);
    }

    /// KIND NAME VALUES… HIGH LOW as it comes; what was not heard live has `file` before it, and is not played.
    heard(words, aside) {
        const [, , , high, low, , , kind, ...values] = words;
        const named = typeof values[0] === "string" ? values : ["-", ...values];
        if (aside) return this.out.main("file", kind, ...named, high, low);
        this.out.main(kind, ...named, high, low);
        this.out.second("event", ...words);
    }
}

module.exports = { Classify };
