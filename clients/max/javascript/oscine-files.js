// Sound files as Max names them, and folders in which they appear. Needs Node's own modules.
"use strict";

const fs = require("fs");
const pathOf = require("path");

const SOUNDS = new Set([".wav", ".aif", ".aiff", ".flac", ".ogg", ".mp3", ".w64", ".caf"]);
const LOOK_MS = 100; // a file whose size has not changed for so long is whole

/// A path as Max writes it (`Macintosh HD:/Users/…`, `Disk:/…`, `C:/…`, `~/…`), as the system takes it.
function systemPath(text, platform = process.platform, home = process.env.HOME || process.env.USERPROFILE || "") {
    const clean = text.trim().replace(/^"(.*)"$/, "$1");
    if (clean.startsWith("~/")) return home + clean.slice(1);
    const volume = /^([^/\\]{2,}):\/?(.*)$/.exec(clean); // a letter before the colon is a drive
    if (!volume || platform === "win32") return clean;
    const [, name, rest] = volume;
    return name === "Macintosh HD" || platform !== "darwin" ? `/${rest}` : mounted(name, rest);
}

/// The disk that the system started from has a name of its own; others are below /Volumes.
function mounted(name, rest) {
    try {
        if (fs.realpathSync(`/Volumes/${name}`) === "/") return `/${rest}`;
    } catch (error) { /* no such disk: the daemon says so */ }
    return `/Volumes/${name}/${rest}`;
}

const path = (text) => systemPath(text);

/// Calls found(file) once for each sound file that is put into the folder from now on, when all of it is there. Throws where there is no folder.
function watch(folder, found) {
    const known = new Map(); // name -> {size, time, told}
    const list = () => fs.readdirSync(folder).filter((name) => SOUNDS.has(pathOf.extname(name).toLowerCase()) && !name.startsWith("."));
    const about = (name) => {
        const { size, mtimeMs } = fs.statSync(pathOf.join(folder, name));
        return { size, time: mtimeMs, told: false };
    };
    for (const name of list()) known.set(name, { ...about(name), told: true });
    const look = () => {
        let names = [];
        try {
            names = list();
        } catch (error) { /* the folder is away; it may come back */ }
        for (const name of names) {
            try {
                const before = known.get(name), now = about(name);
                if (!before || before.size !== now.size || before.time !== now.time) known.set(name, now);
                else if (!before.told && now.size > 0) {
                    before.told = true;
                    found(pathOf.join(folder, name));
                }
            } catch (error) { /* it went away meanwhile */ }
        }
        for (const name of [...known.keys()]) if (!names.includes(name)) known.delete(name);
    };
    const timer = setInterval(look, LOOK_MS);
    return { close: () => clearInterval(timer) };
}

module.exports = { path, systemPath, watch };
