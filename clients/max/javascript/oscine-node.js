// The script of [node.script oscine-node.js HOST PORT NAME udp|tcp]: sockets and Max's words around oscine-bridge.js. By UDP the
// daemon answers to the port that this socket sends from, so that no port has to be chosen and instances never collide.
"use strict";

const dgram = require("dgram");
const net = require("net");
const Max = require("max-api");
const { Bridge } = require("./oscine-bridge.js");
const { Deframer, framed } = require("./oscine-osc.js");
const files = require("./oscine-files.js");
const { start } = require("./oscine-start.js");

const timers = { after: (ms, call) => setTimeout(call, ms), cancel: (handle) => clearTimeout(handle) };

function udp(host, port, receive, broken) {
    const socket = dgram.createSocket("udp4");
    socket.on("message", receive);
    socket.on("error", (error) => broken(error.message));
    let leaving = 0, closed = false; // packets on their way; a goodbye leaves before the socket does
    const sent = () => { // an error: nobody is there, which the answers that do not come say
        leaving--;
        if (closed && leaving === 0) socket.close();
    };
    const send = (bytes) => {
        if (closed) return;
        leaving++;
        socket.send(bytes, port, host, sent);
    };
    const close = () => {
        closed = true;
        if (leaving === 0) socket.close();
    };
    return { where: `${host}:${port}`, reliable: false, send, close, sound: (receive, broken) => tcp(host, port, receive, broken) };
}

function tcp(host, port, receive, broken) {
    let socket = null;
    const where = `${host}:${port}`;
    const send = (bytes) => {
        if (!socket) {
            const mine = socket = net.connect(port, host), deframer = new Deframer(receive);
            mine.setNoDelay(true);
            mine.on("data", (data) => deframer.push(data));
            mine.on("error", () => {});
            mine.on("close", () => {
                if (socket !== mine) return;
                socket = null;
                broken(`the connection to ${where} ended`);
            });
        }
        socket.write(framed(bytes));
    };
    const close = () => {
        const mine = socket;
        socket = null;
        if (mine) mine.end();
    };
    return { where, reliable: true, send, close };
}

const [host = "127.0.0.1", port = "7770", name = "max", way = "udp"] = process.argv.slice(2);
const given = (value, otherwise) => (value === "0" || value === "" ? otherwise : value); // [oscine] without arguments gives zeros

const bridge = new Bridge({
    timers,
    files,
    start,
    makeTransport: way === "tcp" ? tcp : udp,
    name: given(name, "max"),
    outlet: (...words) => {
        if (words[0] === "fail") Max.post(`oscine: ${words[3]} (${words[1]} ${words[2]})`, Max.POST_LEVELS.ERROR);
        if (words[0] === "state" && words[1] === "disconnected") Max.post(`oscine: ${words[2]}`, Max.POST_LEVELS.WARN);
        Max.outlet(...words);
    },
});

for (const word of ["connect", "disconnect", "start", "status", "models", "info", "send", "session", "late"]) Max.addHandler(word, (...args) => bridge.message(word, ...args));

Max.outlet("state", "started"); // nothing is known here of what was said before
bridge.connect(given(host, "127.0.0.1"), Number(given(port, "7770")));

// Max ends the process when the patch closes: its sessions leave with it.
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => {
    bridge.disconnect("the patch was closed");
    setTimeout(() => process.exit(0), 50);
});
