// Sound of a bus for the language: pieces of equal length, each with its position on the axis of an OscineClock. A ring on the
// server is written at the count, and read piece by piece; a piece that does not come is asked for again.
OscineIn {
	const size = 65536; // frames of the ring: 1.4 s at 48 kHz, a divisor of the clock's own 2^24
	var <clock, <bus, <channels, <>action, <frames, <lost = 0, buffer, synth, next, last, asked, pieces, responder, reports = 0;

	// action.(position, values): values of one piece, channels interleaved. frames is a power of two.
	*new { |clock, bus, channels = 1, action, target, frames|
		^super.newCopyArgs(clock, bus.asBus(\audio, channels, clock.server), channels, action, frames ?? { this.framesFor(channels) }).init(target)
	}

	// Of a message that fits in a datagram of any network.
	*framesFor { |channels| ^(256 / channels).asInteger.max(1).nextPowerOfTwo.min(256) }

	*synthDef { |channels|
		^SynthDef("oscineIn%".format(channels).asSymbol, { |in, buffer, clock|
			BufWr.ar(In.ar(in, channels).asArray, buffer, In.ar(clock) % size)
		})
	}

	init { |target|
		var server = clock.server;
		asked = IdentityDictionary.new;
		pieces = IdentityDictionary.new;
		target = target ?? { RootNode(server) };
		forkIfNeeded {
			buffer = Buffer.alloc(server, size, channels);
			server.sendMsg("/d_recv", this.class.synthDef(channels).asBytes);
			server.sync;
			responder = OSCFunc({ |message| this.got(message[2].asInteger, message[4..]) }, '/b_setn', server.addr, argTemplate: [buffer.bufnum]);
			responder.permanent = true;
			synth = Synth.tail(target, "oscineIn%".format(channels).asSymbol, [\in, bus, \buffer, buffer, \clock, clock.bus]);
			server.sync;
			clock.addDependant(this)
		}
	}

	free { clock.removeDependant(this); responder.free; synth.free; buffer.free }

	// The clock tells where the server is: what lies before that is in the ring. Its second report is later than the synth.
	update { |who, what, position|
		var now = Main.elapsedTime;
		if(what != \position) { ^this };
		reports = reports + 1;
		if(reports < 2) { ^this };
		if(next.isNil or: { position - last > (size * 0.75) }) { this.begin(position) };
		asked.keysValuesDo { |start, at| if(now - at > 0.1) { this.ask(start) } };
		while { next + frames <= position } { this.ask(this.startOf(next)); next = next + frames }
	}

	// From a position on; where the language was away for too long, what was missed is lost.
	begin { |position|
		if(next.notNil) { lost = lost + position - last; asked.clear; pieces.clear };
		next = position.roundUp(frames);
		last = next
	}

	startOf { |position| ^(position % size * channels).asInteger }

	ask { |start|
		asked[start] = Main.elapsedTime;
		clock.server.sendMsg("/b_getn", buffer.bufnum, start, frames * channels)
	}

	got { |start, values|
		if(asked.removeAt(start).isNil) { ^this };
		pieces[start] = values;
		while { (values = pieces.removeAt(this.startOf(last))).notNil } {
			last = last + frames;
			action.value(last - frames, values)
		}
	}
}
