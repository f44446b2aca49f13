// Runs the GenExpr that our patches use, sample by sample: Param, History, Buffer, assignments, if, arithmetic, comparison,
// logic, ?:, samplerate, and floor max dim peek poke. It becomes JavaScript. This is our reading of public GenExpr, not Max's compiler; two
// doubts are options that the tests try both ways: when a History takes its new value, and how large a signal vector is.
"use strict";

const TOKEN = /\s+|\/\/[^\n]*|(\d+\.?\d*|[A-Za-z_]\w*|"[^"]*"|==|!=|<=|>=|&&|\|\||[-+*\/<>!?:=(){},;])/y;

function tokens(source) {
    const found = [];
    for (TOKEN.lastIndex = 0; TOKEN.lastIndex < source.length;) {
        const at = TOKEN.lastIndex, match = TOKEN.exec(source);
        if (!match) throw new SyntaxError(`not understood: ${source.slice(at, at + 20)}`);
        if (match[1]) found.push(match[1]);
    }
    return found;
}

const FUNCTIONS = { floor: "Math.floor", max: "Math.max" };
const ON_BUFFERS = {
    dim: (buffer) => `${buffer}.frames`,
    peek: (buffer, index, channel) => `${buffer}.peek(${channel}, ${index})`,
    poke: (buffer, value, index, channel) => `${buffer}.poke(${channel}, ${index}, ${value})`,
};
// From weak to strong. Gen gives 0 where a number would be divided by 0.
const divide = (a, b) => `((d) => (d === 0 ? 0 : ${a} / d))(${b})`;
const compare = (sign) => (a, b) => `+(${a} ${sign} ${b})`;
const BINARY = [
    { "||": (a, b) => `+(${a} !== 0 || ${b} !== 0)` }, { "&&": (a, b) => `+(${a} !== 0 && ${b} !== 0)` },
    { "==": compare("==="), "!=": compare("!==") }, { "<": compare("<"), ">": compare(">"), "<=": compare("<="), ">=": compare(">=") },
    { "+": (a, b) => `${a} + ${b}`, "-": (a, b) => `${a} - ${b}` }, { "*": (a, b) => `${a} * ${b}`, "/": divide },
];

/// Makes JavaScript of a codebox: declarations first, then statements.
class Translator {
    constructor(source) {
        Object.assign(this, { list: tokens(source), at: 0, locals: new Set(), declared: { Param: {}, History: {}, Buffer: {} } });
        while (this.peek() in this.declared) this.declaration();
        const body = [];
        while (this.at < this.list.length) body.push(this.statement());
        this.code = `${this.locals.size ? `let ${[...this.locals].join(", ")};\n` : ""}${body.join("\n")}`;
    }
    peek() { return this.list[this.at]; }
    take(expected) {
        const token = this.list[this.at++];
        if (expected !== undefined && token !== expected) throw new SyntaxError(`${expected} is expected, not ${token}`);
        return token;
    }
    declaration() {
        const kind = this.take(), name = this.take();
        this.take("(");
        const value = this.take();
        this.declared[kind][name] = kind === "Buffer" ? value.slice(1, -1) : Number(value);
        this.take(")");
        this.take(";");
    }
    statement() {
        if (this.peek() === "if") return this.branch();
        if (this.list[this.at + 1] === "(") return this.ended(this.expression());
        const name = this.take();
        this.take("=");
        return this.ended(`${this.target(name)} = ${this.expression()}`);
    }
    ended(text) {
        this.take(";");
        return text + ";";
    }
    branch() {
        const body = [];
        this.take("if");
        const condition = this.expression();
        this.take("{");
        while (this.peek() !== "}") body.push(this.statement());
        this.take("}");
        return `if (${condition} !== 0) {\n${body.join("\n")}\n}`;
    }
    target(name) {
        const out = /^out(\d+)$/.exec(name);
        if (out) return `outs[${out[1] - 1}]`;
        if (name in this.declared.History) return `written.${name}`;
        if (name in this.declared.Param) throw new SyntaxError(`${name} is a Param: it cannot be written`);
        this.locals.add(name);
        return name;
    }
    expression() {
        const condition = this.binary(0);
        if (this.peek() !== "?") return condition;
        this.take("?");
        const yes = this.expression();
        this.take(":");
        return `(${condition} !== 0 ? ${yes} : ${this.expression()})`;
    }
    binary(level) {
        if (level === BINARY.length) return this.unary();
        let left = this.binary(level + 1);
        while (this.peek() in BINARY[level]) left = `(${BINARY[level][this.take()](left, this.binary(level + 1))})`;
        return left;
    }
    unary() {
        const token = this.take();
        if (token === "!") return `+(${this.unary()} === 0)`;
        if (/^\d/.test(token)) return token;
        if (token !== "(") return this.peek() === "(" ? this.call(token) : this.value(token);
        const inner = this.expression();
        this.take(")");
        return `(${inner})`;
    }
    value(name) {
        const inlet = /^in(\d+)$/.exec(name);
        if (inlet) return `ins[${inlet[1] - 1}]`;
        if (name in this.declared.History) return `history.${name}`;
        if (name in this.declared.Param) return `params.${name}`;
        if (this.locals.has(name) || name === "samplerate") return name;
        throw new ReferenceError(`${name} is not known here`);
    }
    call(name) {
        const args = [];
        this.take("(");
        if (name in ON_BUFFERS) args.push(`buffers.${this.take()}`);
        while (this.peek() !== ")") {
            if (this.peek() === ",") this.take();
            args.push(this.expression());
        }
        this.take(")");
        if (name in ON_BUFFERS) return ON_BUFFERS[name](...args);
        if (!(name in FUNCTIONS)) throw new SyntaxError(`${name} is no function here`);
        return `${FUNCTIONS[name]}(${args.join(", ")})`;
    }
}

/// sample(in1, in2, …) -> [out1, out2, …]. Params may be set between samples, as messages do between vectors. named: buffer~s by name.
class Gen {
    constructor(source, named, { immediate = true, samplerate = 48000 } = {}) {
        const { code, declared } = new Translator(source);
        const buffers = Object.fromEntries(Object.entries(declared.Buffer).map(([name, of]) => [name, named[of]]));
        this.params = declared.Param;
        const history = declared.History, written = immediate ? history : { ...history }, outs = [];
        const run = new Function("params", "history", "written", "buffers", "outs", "samplerate", "ins", code);
        this.sample = (...ins) => {
            run(this.params, history, written, buffers, outs, samplerate, ins);
            if (!immediate) Object.assign(history, written);
            return outs;
        };
    }
}

/// A buffer~: float32 samples, channels beside each other.
class Buffer32 {
    constructor(frames, channels, rate = 48000) { Object.assign(this, { frames, rate, data: Array.from({ length: channels }, () => new Float32Array(frames)) }); }
    peek(channel, cell) { return cell >= 0 && cell < this.frames ? this.data[channel][cell] : 0; }
    poke(channel, cell, value) { if (cell >= 0 && cell < this.frames) this.data[channel][cell] = value; }
}

module.exports = { Gen, Buffer32 };
