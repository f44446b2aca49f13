// The evaluator itself: what it makes of operators, branches, histories and buffers.
"use strict";
const test = require("node:test"), assert = require("node:assert");
const { Gen, Buffer32 } = require("./genexpr.js");

const once = (expression) => new Gen(`out1 = ${expression};`, {}).sample()[0];

test("operators bind as in C, comparisons give 0 and 1, a division by 0 gives 0", () => {
    assert.deepEqual(["1 + 2 * 3", "7 - 2 - 1", "(1 + 2) * 3", "8 / 2 / 2", "1 / 0", "3 > 2", "2 >= 3", "1 + 2 == 3", "!2", "!0", "2 && 0", "0 || 5", "1 > 0 ? 7 : 8", "0 ? 1 : 0 ? 2 : 3", "floor(2.7)", "max(1, 4)"].map(once),
        [7, 4, 9, 2, 0, 1, 0, 1, 0, 1, 0, 1, 7, 3, 2, 4]);
});

test("a History written in a sample is read in the next one, or at once", () => {
    const source = "History h(5); Param p(2); h = h + p; out1 = h;";
    const outs = (immediate) => { const gen = new Gen(source, {}, { immediate }); return [gen.sample()[0], gen.sample()[0]]; };
    assert.deepEqual(outs(true), [7, 9]);
    assert.deepEqual(outs(false), [5, 7]);
});

test("buffers are float32 and know their ends", () => {
    const b = new Buffer32(4, 2);
    const gen = new Gen('Buffer x("name"); if (dim(x) > 3) { poke(x, 0.1, 2, 1); poke(x, 9, 7, 0); } out1 = peek(x, 2, 1); out2 = peek(x, 99, 0);', { name: b });
    assert.deepEqual(gen.sample(), [Math.fround(0.1), 0]);
});

test("what is not understood is refused", () => {
    for (const source of ["out1 = nothing;", "Param p(1); p = 2;", "out1 = sin(1);", "out1 = 1", "out1 = 1 @ 2;", "if (1) { out1 = 2;"]) assert.throws(() => new Gen(source, {}));
});
