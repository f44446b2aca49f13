// [oscine.params]: a list of numbers in, named parameters out. No session: each list is one question.
"use strict";

const { SessionObject } = require("./oscine-words.js");

class Params extends SessionObject {
    constructor(...all) {
        super(...all);
        this.names = [];
    }

    start() { if (this.model) this.toDaemon("labels", this.model); }

    /// What is known of the model may have changed.
    state(word) {
        const before = this.alive;
        super.state(word);
        if (before && (word === "connected" || word === "restarted")) this.start();
    }

    message(word, ...args) {
        if (word === "model") {
            this.model = args[0];
            this.start();
            return true;
        }
        return ["answer", "state"].includes(word) && super.message(word, ...args);
    }

    list(...values) {
        if (!this.model) return this.wrong("model MODEL first");
        this.toDaemon("ask", this.model, ...values);
    }

    answer(word, ...words) {
        if (word === "labels") this.names = words;
        else if (word !== "values") this.out.state(word, ...words);
        else {
            words.forEach((value, i) => this.out.main(this.names[i] === undefined ? String(i) : this.names[i], value));
            this.out.second(...words);
            this.out.state("done");
        }
    }
}

module.exports = { Params };
