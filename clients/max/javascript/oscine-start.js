// Starts the program oscine where it is installed on this machine: a process of its own, which stays when Max is closed.
"use strict";

const fs = require("fs"), os = require("os"), pathOf = require("path");
const { spawn } = require("child_process");

const SOON_MS = 2000; // who ends so soon did not start

/// Where the program may be: Max on macOS knows little of PATH.
function found(environment = process.env, platform = process.platform) {
    const home = environment.HOME || environment.USERPROFILE || "", name = platform === "win32" ? "oscine.exe" : "oscine";
    const usual = platform === "win32" ? [`${environment.LOCALAPPDATA || ""}\\oscine\\bin`, `${environment.ProgramFiles || ""}\\oscine\\bin`]
        : ["/usr/local/bin", "/opt/homebrew/bin", "/opt/oscine/bin", "/usr/bin", `${home}/.local/bin`];
    const folders = [...(environment.PATH || "").split(pathOf.delimiter), ...usual];
    const places = folders.filter(Boolean).map((folder) => pathOf.join(folder, name));
    return places.find((place) => fs.existsSync(place)) || "";
}

/// failed(text) hears where it could not be started, or ended at once. Returns the path of the program, or "".
function start(config, port, failed) {
    const program = found();
    if (!program) {
        failed("oscine is not installed here, neither in PATH nor where it usually is");
        return "";
    }
    const log = pathOf.join(os.tmpdir(), `oscine-${port}.log`), file = fs.openSync(log, "w");
    const child = spawn(program, ["serve", ...(config ? [config] : []), "--listen", String(port)], { detached: true, stdio: ["ignore", file, file], windowsHide: true });
    fs.closeSync(file);
    const began = Date.now();
    child.on("error", (error) => failed(`${program} does not start: ${error.message}`));
    child.on("exit", (code) => {
        if (code === 0 || Date.now() - began > SOON_MS) return; // later [oscine] says so by itself
        const lines = fs.readFileSync(log, "utf8").trim().split("\n");
        failed(`oscine ended with ${code}: ${lines[lines.length - 1] || "it said nothing"}`);
    });
    child.unref();
    return program;
}

module.exports = { start, found };
