// Sound from the language on a bus, each frame at its position on the axis of an OscineClock. A ring on the server is read at the
// count, and made silent half a ring ahead of it, so that what came too late is never heard.
OscineOut {
	var <clock, <bus, <channels, <size, <late = 0, buffer, synth;

	// ahead: how many frames before their position pieces are written at most.
	*new { |clock, bus = 0, channels = 1, target, ahead = 30000|
		^super.newCopyArgs(clock, bus.asBus(\audio, channels, clock.server), channels, (ahead * 4).max(65536).nextPowerOfTwo.asInteger).init(target)
	}

	*synthDef { |channels|
		^SynthDef("oscineOut%".format(channels).asSymbol, { |out, buffer, clock, size = 65536|
			var phase = In.ar(clock) % size;
			Out.ar(out, BufRd.ar(channels, buffer, phase, 1, 1));
			BufWr.ar(DC.ar(0).dup(channels), buffer, (phase + (size / 2)) % size)
		})
	}

	init { |target|
		var server = clock.server;
		target = target ?? { server.defaultGroup };
		forkIfNeeded {
			buffer = Buffer.alloc(server, size, channels);
			server.sendMsg("/d_recv", this.class.synthDef(channels).asBytes);
			server.sync;
			synth = Synth.tail(target, "oscineOut%".format(channels).asSymbol, [\out, bus, \buffer, buffer, \clock, clock.bus, \size, size])
		}
	}

	free { synth.free; buffer.free }

	// values, channels interleaved, from a position on. @return how many samples too late it is; 0: in time.
	write { |position, values|
		var behind = clock.now + 64 - position, start = (position % size).asInteger * channels, room = size * channels - start;
		if(behind > (size / 4) or: { behind < (size / -2 + 4096) }) { ^this.isLate(behind.abs) };
		clock.server.sendMsg("/b_setn", buffer.bufnum, start, values.size.min(room), *values.keep(room));
		if(values.size > room) { clock.server.sendMsg("/b_setn", buffer.bufnum, 0, values.size - room, *values.drop(room)) };
		^if(behind > 0) { this.isLate(behind) } { 0 }
	}

	isLate { |behind| late = late + 1; ^behind }
}
