// Runs a script of [v8] in node: its globals are stood in for, messages call its functions as Max does, what leaves an outlet is kept.
"use strict";
const vm = require("vm"), fs = require("fs"), path = require("path");

/// buffers: {name: Buffer32 of genexpr.js}. onOutlet(outlet, words) hears, and onNamed(name, words) what goes to a [receive]. LiveAPI: the class of live.js.
class MaxScript {
    constructor(file, args, { buffers = {}, onOutlet = () => {}, onNamed = () => {}, LiveAPI } = {}) {
        class Buffer { // channels are counted from 1, frames from 0
            constructor(name) { this.held = buffers[name] || { frames: 0, data: [], peek: () => 0, poke: () => {} }; }
            framecount() { return this.held.frames; }
            channelcount() { return this.held.data.length; }
            length() { return (this.held.frames * 1000) / this.held.rate; }
            peek(channel, frame, count = 1) {
                const all = Array.from({ length: count }, (_, i) => this.held.peek(channel - 1, frame + i));
                return count === 1 ? all[0] : all;
            }
            poke(channel, frame, values) { [values].flat().forEach((value, i) => this.held.poke(channel - 1, frame + i, value)); }
        }
        this.posted = [];
        const scope = this.scope = {
            inlets: 1, outlets: 1, jsarguments: [path.basename(file), ...args], messagename: "", Buffer, LiveAPI, Math, Array, String, Number, Object, Map, Set,
            outlet: (outlet, ...words) => onOutlet(outlet, words.flat()), messnamed: (name, ...words) => onNamed(name, words), post: (text) => this.posted.push(text), error: (text) => this.posted.push(text),
            require: (name) => require(path.join(path.dirname(file), name)),
        };
        vm.createContext(scope);
        vm.runInContext(fs.readFileSync(file, "utf8"), scope, { filename: file });
    }
    send(word, ...args) {
        this.scope.messagename = word;
        const number = typeof word === "number";
        if (number && args.length > 0) return this.scope.list(word, ...args);
        if (number) return this.scope[Number.isInteger(word) ? "msg_int" : "msg_float"](word);
        const own = Object.prototype.hasOwnProperty.call(this.scope, word) && typeof this.scope[word] === "function";
        return (own ? this.scope[word] : this.scope.anything)(...args);
    }
}

module.exports = { MaxScript };
