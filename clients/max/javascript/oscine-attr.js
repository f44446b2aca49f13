// The script of [v8 oscine-attr.js ATTRIBUTE] in [oscine.attr]: a number becomes `set ATTRIBUTE …` for a session object, and what that
// says of the attribute (`value ATTRIBUTE …`) becomes a number. In: numbers, lists, bang; the state outlet of the session object.
// Out: 0 set and get, for the inlet of the session object; 1 its value.
inlets = 1;
outlets = 2;

const attribute = jsarguments[1];

function list(...values) { outlet(0, "set", attribute, ...values); }
function msg_float(value) { list(value); }
function msg_int(value) { list(value); }
function bang() { outlet(0, "get", attribute); }

function value(name, ...values) { if (name === attribute) outlet(1, ...values); }

/// Other words of the session object pass by; a word of a person's is a value.
function anything(...words) {
    if (!["opened", "closed", "gone", "gap", "done", "fail"].includes(messagename)) list(messagename, ...words);
}
