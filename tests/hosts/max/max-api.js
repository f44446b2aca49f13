// Stands for the `max-api` that Max gives to [node.script]: messages come and go as lines of JSON.
"use strict";
const handlers = new Map();
const say = (kind) => async (...words) => { process.stdout.write(JSON.stringify([kind, ...words]) + "\n"); };
let rest = "";
process.stdin.on("data", (data) => {
    const lines = (rest + data).split("\n");
    rest = lines.pop();
    for (const line of lines) {
        const [word, ...args] = JSON.parse(line);
        const handler = handlers.get(word);
        if (handler) handler(...args);
        else say("post")(`no handler: ${word}`); // Max itself says so in its console
    }
});
process.stdin.on("end", () => process.kill(process.pid, "SIGTERM"));
module.exports = {
    POST_LEVELS: { INFO: "info", WARN: "warn", ERROR: "error" },
    addHandler: (word, call) => handlers.set(word, call),
    outlet: say("outlet"),
    post: say("post"),
};
