// A little of Live's object model: paths to objects with properties, which are numbers by id.
"use strict";

/// objects: {path: {property: value, …}}. calls: what was called, [path, name, argument].
function live(objects, calls = []) {
    const watchers = [];
    const paths = Object.keys(objects);
    class LiveAPI {
        constructor(first, second) {
            const path = second === undefined ? first : second;
            this.callback = second === undefined ? null : first;
            const alias = objects[path] && objects[path].is;
            this.unquotedpath = this.path = alias || path;
            this.id = objects[this.path] && alias !== "" ? paths.indexOf(this.path) + 1 : 0;
            if (this.id === 0) this.path = "";
        }
        get(name) { return [objects[this.path][name]]; }
        set(name, value) { objects[this.path][name] = value; }
        call(name, argument) { calls.push([this.path, name, argument]); }
        set property(name) {
            watchers.push([this.path, name, this.callback]);
            this.callback([name, objects[this.path][name]]);
        }
    }
    const change = (path, name, value) => {
        objects[path][name] = value;
        for (const [watched, property, call] of watchers) if (watched === path && property === name) call([name, value]);
    };
    return { LiveAPI, calls, change, objects };
}

module.exports = { live };
