// The script of [v8 oscine-object.js KIND SELF MODEL MORE…] in the session objects. KIND: params, melody, classify, stream; SELF: a name of its
// own ([oscine] keeps a session under it). MORE: melody UNIT; classify, stream: the buffer~ of the sound that came, for stream also that of
// the sound that is played, and METHOD. In: the person's words; answer … from [oscine]; clock and ticks ID HIGH LOW RATE from the sequencer.
// Out: 0 results; 1 all values of a result, or words for the sequencer; 2 state, done and fail; 3 to [oscine]; 4 a tempo for all of this patch.
const { Params } = require("oscine-params.js");
const { Melody } = require("oscine-melody.js");
const { Classify } = require("oscine-classify.js");
const { Stream } = require("oscine-stream.js");

inlets = 1;
outlets = 5;

const [, KIND, SELF, MODEL, ...MORE] = jsarguments;
const KINDS = { params: Params, melody: Melody, classify: Classify, stream: Stream };
const say = (number) => (...words) => outlet(number, ...words);
const out = { main: say(0), second: say(1), state: say(2), daemon: say(3), tempo: say(4) };

const values = (got) => (typeof got === "number" ? [got] : Array.from(got)); // one sample comes as a number

/// A buffer~ of this patch, by channels from 0.
function cells(name) {
    const held = new Buffer(name);
    return {
        get frames() { return held.framecount(); },
        read: (channel, cell, count) => values(held.peek(channel + 1, cell, count)),
        write: (channel, cell, samples) => held.poke(channel + 1, cell, samples),
    };
}

/// Any buffer~, or null where there is none with sound in it.
function named(name) {
    const held = new Buffer(name), frames = held.framecount();
    if (!(frames > 0)) return null;
    return { ...cells(name), frames, channels: held.channelcount(), rate: Math.round((frames * 1000) / held.length()) };
}

const listens = KIND === "classify" || KIND === "stream";
const given = { self: String(SELF), model: MODEL, unit: KIND === "melody" ? MORE[0] : "samples", method: KIND === "stream" ? MORE[2] : "" };
const max = listens ? { sound: cells(MORE[0]), voice: KIND === "stream" ? cells(MORE[1]) : null, named } : null;
const object = new KINDS[KIND](out, given, max);

function loadbang() { object.begin(); }
function list(...numbers) { object.list(...numbers); }
function msg_float(value) { object.list(value); }
function msg_int(value) { object.list(value); }
function anything(...words) { if (!object.message(messagename, ...words)) object.unknown(messagename); }
