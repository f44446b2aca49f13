// [oscine.params]: a list of numbers in, named parameters out. No session: each list is one question.
"use strict";

const { SessionObject } = require("./oscine-words.js");

class Params extends SessionObject {
    constructor(...all) {
        super(...all);
        this.names = [];
    }

    begin() { if (this.model) this.toDaemon("labels", this.model); }

    message(word, ...args) {
        if (word === "model") {
            this.model = args[0];
            this.begin();
        } else if (word === "state") { // what is known of the model may have changed
            if (args[0] === "connected" || args[0] === "restarted") this.begin();
        } else if (word === "answer") this.answer(...args);
        else return false;
        return true;
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
