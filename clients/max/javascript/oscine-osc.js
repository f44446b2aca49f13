// OSC 1.0 messages as bytes, for node.script, [v8] and tests alike: no Node module is used here.
// Numbers leave as Max's own objects send them: a whole number is an int32 where it fits one, any other a float32. The daemon
// reads both where a float is declared.
"use strict";

const INT_MIN = -2147483648, INT_MAX = 2147483647;

const padded = (length) => length + 4 - (length % 4); // a text has at least one zero after it

function textBytes(text) {
    const utf8 = unescape(encodeURIComponent(text)); // one character per byte; [v8] has no TextEncoder
    const bytes = new Uint8Array(padded(utf8.length));
    for (let i = 0; i < utf8.length; i++) bytes[i] = utf8.charCodeAt(i);
    return bytes;
}

function textOf(bytes) {
    let raw = "";
    for (const byte of bytes) raw += String.fromCharCode(byte);
    try {
        return decodeURIComponent(escape(raw));
    } catch (notUtf8) {
        return raw;
    }
}

/// A number that leaves as a float32 even where it is whole.
class Float {
    constructor(value) { this.value = value; }
}

function piece(argument) {
    if (argument instanceof Uint8Array) {
        const bytes = new Uint8Array(4 + argument.length + (-argument.length & 3));
        new DataView(bytes.buffer).setInt32(0, argument.length);
        bytes.set(argument, 4);
        return ["b", bytes];
    }
    if (typeof argument === "string") return ["s", textBytes(argument)];
    const number = argument instanceof Float ? argument.value : argument;
    if (typeof number !== "number") throw new TypeError(`OSC has no type for ${String(argument)}`);
    const bytes = new Uint8Array(4), view = new DataView(bytes.buffer);
    if (!(argument instanceof Float) && Number.isInteger(number) && number >= INT_MIN && number <= INT_MAX) {
        view.setInt32(0, number);
        return ["i", bytes];
    }
    view.setFloat32(0, number);
    return ["f", bytes];
}

/// @return the message as a Uint8Array. Throws TypeError for what is no number, text, Float or Uint8Array.
function encode(address, args = []) {
    const pieces = args.map(piece);
    const parts = [textBytes(address), textBytes("," + pieces.map(([tag]) => tag).join("")), ...pieces.map(([, bytes]) => bytes)];
    const packet = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
        packet.set(part, at);
        at += part.length;
    }
    return packet;
}

class Reader {
    constructor(bytes) {
        this.bytes = bytes;
        this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
        this.at = 0;
    }
    need(count) {
        if (count < 0 || this.bytes.length - this.at < count) throw new RangeError("the packet ends too early");
    }
    text() {
        const end = this.bytes.indexOf(0, this.at);
        if (end < 0) throw new RangeError("a text has no end");
        const text = textOf(this.bytes.subarray(this.at, end));
        this.need(padded(end - this.at));
        this.at += padded(end - this.at);
        return text;
    }
    number(method) {
        this.need(4);
        this.at += 4;
        return this.view[method](this.at - 4);
    }
    blob() {
        const size = this.number("getInt32");
        this.need(size);
        this.need(size + (-size & 3));
        const blob = this.bytes.slice(this.at, this.at + size);
        this.at += size + (-size & 3);
        return blob;
    }
}

/// @return {address, args} of a message with i, f, s, b arguments (the daemon sends no others). Throws RangeError otherwise.
function decode(bytes) {
    const reader = new Reader(bytes), address = reader.text(), tags = reader.text(), args = [];
    if (address[0] !== "/" || tags[0] !== ",") throw new RangeError("no OSC message");
    for (const tag of tags.slice(1)) {
        if (tag === "i") args.push(reader.number("getInt32"));
        else if (tag === "f") args.push(reader.number("getFloat32"));
        else if (tag === "s") args.push(reader.text());
        else if (tag === "b") args.push(reader.blob());
        else throw new RangeError(`type ${tag} is not read here`);
    }
    return { address, args };
}

/// Packets over TCP: a length (int32) before each.
function framed(packet) {
    const bytes = new Uint8Array(4 + packet.length);
    new DataView(bytes.buffer).setInt32(0, packet.length);
    bytes.set(packet, 4);
    return bytes;
}

/// Cuts what TCP brings, however it was split, into packets.
class Deframer {
    constructor(onPacket) {
        this.onPacket = onPacket;
        this.rest = new Uint8Array(0);
    }
    push(bytes) {
        const all = new Uint8Array(this.rest.length + bytes.length);
        all.set(this.rest);
        all.set(bytes, this.rest.length);
        const view = new DataView(all.buffer);
        let at = 0;
        while (all.length - at >= 4) {
            const size = view.getInt32(at);
            if (size < 0) throw new RangeError("a negative length");
            if (all.length - at - 4 < size) break;
            this.onPacket(all.subarray(at + 4, at + 4 + size));
            at += 4 + size;
        }
        this.rest = all.slice(at);
    }
}

/// A position (samples or ticks; a whole number below 2^53) as the two int32 of the wire, and back.
const halves = (position) => [Math.floor(position / 65536), position - Math.floor(position / 65536) * 65536];
const position = (hi, lo) => hi * 65536 + lo;

module.exports = { encode, decode, framed, Deframer, Float, halves, position };
