// The way of sound: a TCP connection that joins the client (/attach), so that nothing is lost and messages may be long. What streams come out
// of a session come back the same way. Where there is no TCP, sound goes in short messages by UDP.
"use strict";

const AGAIN_MS = 1000;
const MOST_WAITING = 256; // messages until the connection is there; beyond, the oldest become silence

class SoundLine {
    /// client: of oscine-client.js; connect(receive, broken) -> transport, or null where there is no such way.
    constructor(client, connect) {
        Object.assign(this, { client, connect, state: "closed", waiting: [], joined: [], line: null, request: 0 });
    }

    /// Whether messages may be long and go this way.
    get usable() { return this.connect !== null && this.state !== "failed"; }

    send(bytes) {
        if (this.state === "ready") return this.line.send(bytes);
        this.waiting.push(bytes);
        if (this.waiting.length > MOST_WAITING) this.waiting.shift();
        if (this.state === "closed") this.open();
    }

    close() {
        const line = this.line;
        Object.assign(this, { state: "closed", line: null, waiting: [] });
        if (line) line.close();
    }

    open() {
        const { client } = this;
        this.state = "joining";
        const line = this.line = this.connect((bytes) => this.line === line && client.receive(bytes), () => this.broken(line));
        this.request = client.requestBy(line, "/attach", [client.number, client.key, 0], (answer) => {
            if (this.line !== line) return;
            if (answer.fail) return this.failed();
            this.state = "ready";
            for (const bytes of this.waiting.splice(0)) line.send(bytes);
            for (const call of this.joined.splice(0)) call();
        });
    }

    broken(line) {
        if (this.line !== line) return; // one that was left
        if (this.state === "joining") return this.failed();
        Object.assign(this, { state: "closed", line: null });
    }

    /// Short messages by UDP for a while, then it is tried again.
    failed() {
        this.client.forget(this.request);
        this.close();
        this.state = "failed";
        for (const call of this.joined.splice(0)) call();
        this.client.timers.after(AGAIN_MS, () => { if (this.state === "failed") this.state = "closed"; });
    }
}

module.exports = { SoundLine };
