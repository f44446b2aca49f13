// The script of [v8 oscine-pad.js] in Oscine Params: two dials (the parameters that Live knows) and a pad that moves them. In: x X, y Y from the dials (0 to 1);
// padx, pady from [pictslider] (0 to 127). Out: 0 X Y for [oscine.params]; 1 and 2 to the dials.
inlets = 1;
outlets = 3;

const FULL = 127;
let at = [0, 0];

function move(side, value) {
    at[side] = value;
    outlet(0, ...at);
}

function x(value) { move(0, value); }
function y(value) { move(1, value); }
function padx(value) { outlet(1, value / FULL); }
function pady(value) { outlet(2, value / FULL); }
