// The script of [v8 oscine-map.js] in devices: a parameter of Live that follows a number. In: map: the parameter that is selected in Live; text PATH: one
// by its path, as it was stored with the set; free; value X (0 to 1 of its range). Out: 0 set PATH, for the text that is stored; 1 its name; 2 fail TEXT.
inlets = 1;
outlets = 3;

let target = null, path = "";

function map() {
    const selected = new LiveAPI("live_set view selected_parameter");
    if (!selected.path || Number(selected.id) === 0) return outlet(2, "fail", "select a parameter in Live, then map");
    take(String(selected.unquotedpath));
    outlet(0, "set", path);
}

function take(text) {
    path = text;
    target = path ? new LiveAPI(path) : null;
    if (!target) return outlet(1, "set", "-");
    if (Number(target.id) === 0) {
        target = null;
        outlet(1, "set", "-");
        return outlet(2, "fail", `there is no parameter ${path} any more`);
    }
    outlet(1, "set", String(target.get("name")));
}

function text(...words) { take(words.join(" ")); }

function free() {
    take("");
    outlet(0, "set");
}

function value(x) {
    if (!target) return;
    const low = Number(target.get("min")), high = Number(target.get("max"));
    target.set("value", low + Math.min(1, Math.max(0, x)) * (high - low));
}

function anything() { outlet(2, "fail", `${messagename} is not understood; there are map, text, free, value`); }
