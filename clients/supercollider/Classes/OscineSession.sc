// A session of one method of a model. What it was set to is kept here, so that it can be opened and set again after
// a restart, without the patch noticing.
OscineSession {
	var <oscine, <model, <method, <rate, <unit, <ticksPerBeat;
	var <number, <opened, settings, waiting, opening = false, checking = false, pending = 0, later, <>openAction, <>failAction;

	*new { |model, method = "default", oscine, rate = 48000, unit = "samples", ticksPerBeat = 480|
		^this.basicNew.initSession(model, method, oscine ?? { Oscine.default }, rate, unit, ticksPerBeat)
	}

	*basicNew { ^super.new }

	initSession { |aModel, aMethod, anOscine, aRate, aUnit, ticks|
		model = aModel.asString;
		method = aMethod.asString;
		oscine = anOscine;
		rate = aRate.asFloat;
		unit = aUnit.asString;
		ticksPerBeat = ticks;
		settings = List.new;
		waiting = List.new;
	}

	open { |aModel, aMethod|
		if(aModel.notNil) { this.close; model = aModel.asString; method = (aMethod ? "default").asString };
		if(oscine.sessions.includes(this).not) { oscine.sessions.add(this) };
		this.renew
	}

	close {
		oscine.sessions.remove(this);
		if(number.notNil) { oscine.request("/close", [number], nil, { }) };
		this.lost
	}

	// Attributes; names and values as the model has them.
	set { |attribute ... values| this.keep("/set", [attribute.asString] ++ values) }
	setAt { |position, attribute ... values| this.request("/set/at", this.split(position) ++ [attribute.asString] ++ values) }
	get { |attribute, action, onFail|
		this.request("/get", [attribute.asString], { |a| action.value(if(a.size > 3) { a.drop(2) } { a[2] }) }, onFail)
	}
	attr { |name, action| ^OscineAttr(this, name, action) }
	reset { this.request("/reset", []) }
	enable { |on = true| this.keep("/enable", [on.binaryValue]) }
	horizon { |ms| this.keep("/horizon", [ms.asInteger]) }
	lookahead { |ms| this.keep("/lookahead", [ms.asInteger]) }
	policy { |name| this.keep("/policy", [name.asString]) }

	// A call of the session's method at a position: action gets the outputs.
	run { |values, action, position = 0, onFail|
		this.request("/run", this.split(position) ++ values.asArray.collect(_.asFloat), { |a| action.value(a.drop(3), position) }, onFail)
	}

	// A request about this session: it waits until the session is open.
	request { |address, args, action, onFail|
		if(number.isNil) { waiting.add([address, args, action, onFail]) } {
			oscine.request(address, [number] ++ args, action, onFail ?? { failAction })
		}
	}

	// Two integers that stay exact in every host, and back. Positions are Floats here: 64 bits.
	split { |position| var hi = (position / 65536).floor; ^[hi.asInteger, (position - (hi * 65536)).asInteger] }
	join { |hi, lo| ^(hi * 65536.0) + lo }

	latency { ^opened !? { opened[1] } }
	// Units from one frame to the next, in and out.
	inHop { ^this.hop(3) }
	outHop { ^this.hop(5) }
	hop { |index| ^opened !? { if(opened[6] > 0) { opened[index] * rate / opened[6] } { opened[index] } } }

	// private: what the connection calls

	// One setting per address and attribute; a later value stands in its place.
	keep { |address, args|
		var name = if(address == "/set") { args[0] };
		settings = settings.reject { |s| s[0] == address and: { s[2] == name } };
		settings = settings.add([address, args, name]);
		if(number.notNil) { this.first(address, args) }
	}

	// A request that has to be done before what is given to `afterwards`, in whatever order the network brings them.
	first { |address, args|
		var session = number;
		pending = pending + 1;
		this.request(address, args, { this.settle(session) }, { |code, text|
			if(failAction.notNil) { failAction.value(code, text) } { oscine.tell(code, oscine.full(address), text) };
			this.settle(session)
		})
	}

	settle { |session|
		var then = later;
		if(session != number) { ^this };
		pending = pending - 1;
		if(pending == 0) { later = []; then.do(_.value) }
	}

	afterwards { |action| if(pending == 0) { action.value } { later = later.add(action) } }

	renew {
		var ticks = if(unit == "ticks") { [ticksPerBeat] } { [] };
		number = nil;
		if(opening) { ^this };
		opening = true;
		oscine.request("/open", [model, method, rate, unit] ++ ticks, { |a| opening = false; this.begin(a) }, { |code, text|
			opening = false;
			if(failAction.notNil) { failAction.value(code, text) } { oscine.tell(code, "/oscine/v1/open", text) };
			if(code == 503 and: { oscine.sessions.includes(this) and: { oscine.connected } }) { SystemClock.sched(0.5, { if(number.isNil) { this.renew }; nil }) }
		})
	}

	begin { |values|
		var then = waiting;
		opened = values;
		number = values[0];
		waiting = List.new;
		pending = 0;
		later = [];
		settings.do { |s| this.first(s[0], s[1]) };
		this.prepare;
		then.do { |w| this.request(*w) };
		openAction.value(this);
		this.changed(\open)
	}

	prepare { }
	lost { number = nil; opening = false; checking = false; waiting.clear }

	// A request of ours was answered with 410.
	gone { |request| if(number.notNil and: { request.args[0] == number }) { this.renew } }

	// Some session is no more: is it this one? Its own 410 says so; any other answer is as good.
	check {
		if(number.isNil or: { checking }) { ^this };
		checking = true;
		oscine.request("/get", [number, "block"], { checking = false }, { checking = false })
	}

	event { }
	frames { }
	gap { |message| this.changed(\gap, message[2], message[3]) }
}
