// The script of [v8 oscine-tempo.js] in Oscine Melody: the tempo of the set. In: bang, once the device is loaded. Out: tempo BPM, now and whenever it changes.
inlets = 1;
outlets = 1;

let watched = null;

function bang() {
    watched = new LiveAPI((words) => { if (words[0] === "tempo") outlet(0, "tempo", Number(words[1])); }, "live_set");
    watched.property = "tempo";
}
