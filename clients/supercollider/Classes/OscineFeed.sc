// A whole sound through a session of its own, faster than it lasts. For OscineStream and OscineClassifier.
OscineFeed : OscineSession {
	const atOnce = 4096, onTheWay = 8192, patience = 2, speed = 8, tries = 4; // samples; samples; s; times faster, where no answer tells how far it is
	var kind, values, channels, length, action, <heard, numbers, parts, got, sent, progress, over = false, tried = 0, routine;

	*new { |kind, model, method, oscine, rate, values, channels, settings, action, onFail|
		^this.basicNew.initFeed(kind, model, method, oscine, rate, values, channels, settings, action, onFail)
	}

	initFeed { |aKind, aModel, aMethod, anOscine, aRate, someValues, someChannels, someSettings, anAction, onFail|
		this.initSession(aModel, aMethod, anOscine, aRate, "samples");
		kind = aKind;
		values = someValues;
		channels = someChannels;
		length = (values.size / channels).asInteger;
		settings = someSettings.copy;
		action = anAction;
		failAction = { |code, text|
			if(over.not) {
				over = true;
				this.close;
				if(onFail.notNil) { onFail.value(code, text) } { oscine.tell(code, "/oscine/v1/frames", text) }
			}
		};
		this.open
	}

	// All of it as one array, what the model adds at its beginning taken away; and the same as frames.
	sound { ^this.flat.drop(opened[1] * opened[4]).keep(length * opened[4]) }
	latents { ^this.flat.clump(opened[4]).keep((length / this.outHop).asInteger) }
	flat { ^parts.keys.asArray.sort.collect { |at| parts[at] }.flatten(1) }

	// private

	streams { ^kind == OscineStream }

	prepare {
		sent = got = 0;
		heard = List.new;
		parts = Dictionary.new;
		numbers = OscineSeen.new;
		progress = Main.elapsedTime;
		routine.stop;
		if(this.streams and: { opened[2] != channels }) {
			^failAction.value(400, "% takes frames of %; the Buffer has % channels".format(model, opened[2], channels))
		};
		if(this.streams) { this.request("/format", ["floats"]) };
		routine = { this.run }.fork(SystemClock)
	}

	run {
		var begun = Main.elapsedTime, tail = opened[1] + (opened[8] ? 0) + 1;
		while { sent < (length + tail) } {
			this.batch;
			this.sync;
			while { this.waiting(begun) and: { this.quiet < patience } } { 0.005.wait };
			if(over) { ^this };
			if(this.waiting(begun)) { ^this.again }
		};
		while { if(this.streams) { got < (length + opened[1]) and: { this.quiet < patience } } { this.quiet < 1 } } { 0.005.wait };
		if(this.streams and: { got < (length + opened[1]) }) { ^this.again };
		if(over.not) { over = true; this.close; action.value(this) }
	}

	// Something was lost: once more from the beginning, in a new session.
	again {
		tried = tried + 1;
		if(tried >= tries) { ^failAction.value(408, "% of % frames came back, the last time of %".format(got, length + opened[1], tries)) };
		oscine.request("/close", [number], nil, { });
		this.renew
	}

	// Whether so much is on its way that more would be lost, in a socket or before the model.
	waiting { |begun|
		^if(this.streams) { sent - got > (onTheWay.max(2 * (opened[8] ? 0)) + opened[1]) } { sent - ((Main.elapsedTime - begun) * rate * speed) > rate }
	}

	quiet { ^Main.elapsedTime - progress }

	batch {
		var size = OscineIn.framesFor(channels);
		(atOnce / (size * channels)).asInteger.max(1).do { |i|
			var piece = values.copyRange(sent * channels, sent + size * channels - 1).as(Array).extend(size * channels, 0.0);
			oscine.send("/frames", number, sent / size + 1, *(this.split(sent) ++ [channels] ++ piece));
			sent = sent + size
		}
	}

	// Until the daemon has read all that was sent.
	sync {
		var read = Condition.new;
		oscine.request("/sync", [], { read.unhang }, { |code, text| failAction.value(code, text) });
		read.hang;
		progress = Main.elapsedTime
	}

	frames { |message|
		var at = this.join(message[3], message[4]);
		if(parts[at].notNil) { ^this };
		parts[at] = message[6..];
		got = got + (message.size - 6 / opened[4] * this.outHop);
		progress = Main.elapsedTime
	}

	gap { routine.stop; this.again }

	event { |m|
		var position = this.join(m[4], m[5]);
		progress = Main.elapsedTime;
		if(numbers.add(m[2]) and: { position < length }) {
			// A window that the sound does not fill is heard only where there is no other.
			if(m[8] == \hit or: { position + m[7] <= length } or: { position == 0 }) {
				heard.add(OscineClassifier.heard(m[8].asSymbol, m[9..], position, m[7]))
			}
		}
	}
}
