// The sample counter of a server, on an audio bus: what OscineGate compares with, and the time axis of sessions in samples.
OscineClock {
	classvar clocks;
	const <size = 16777216.0; // the counter runs modulo 2^24, which a float32 holds exactly
	var <server, <bus, <synth, <rate, <running = false, position, at, responder, waiting;

	*initClass { clocks = IdentityDictionary.new }

	*synthDef {
		^SynthDef(\oscineClock, { |out, start = 0|
			var count = Phasor.ar(Impulse.ar(0), 1, 0, size, start);
			Out.ar(out, count);
			SendReply.kr(Impulse.kr(50), '/oscine.clock', A2K.kr(count))
		}, [\ir, \ir])
	}

	*for { |server|
		server = server ? Server.default;
		if(clocks[server].isNil) { clocks[server] = super.new.init(server) };
		^clocks[server]
	}

	init { |aServer|
		server = aServer;
		waiting = List.new;
		responder = OSCFunc({ |message| if(synth.notNil and: { message[1] == synth.nodeID }) { this.report(message[3]) } }, '/oscine.clock', server.addr);
		responder.permanent = true;
		ServerTree.add(this, server);
		ServerQuit.add({ running = false; synth = nil }, server);
		if(server.serverRunning) { this.start }
	}

	doOnServerTree { this.start }

	// At the head of the whole tree, so that every synth reads the count of its own block.
	start {
		rate = server.sampleRate;
		bus = bus ?? { Bus.audio(server, 1) };
		forkIfNeeded {
			var start = if(position.notNil) { this.now.round + (rate * 0.1).round } { 0.0 };
			server.sendMsg("/d_recv", this.class.synthDef.asBytes);
			server.sync;
			running = false;
			position = if(position.notNil) { start };
			at = Main.elapsedTime;
			synth = Synth.head(RootNode(server), \oscineClock, [\out, bus, \start, start % size]);
		}
	}

	report { |count|
		var now = Main.elapsedTime, expected;
		if(position.isNil) { position = count } {
			expected = position + ((now - at) * rate);
			position = (expected + (count - expected).wrap(size / -2, size / 2)).round
		};
		at = now;
		running = true;
		if(waiting.notEmpty) { waiting.do(_.value(this)); waiting.clear };
		this.changed(\position, position)
	}

	// Where the server is now, by its last report and the time since.
	now { ^if(position.isNil) { 0.0 } { position + ((Main.elapsedTime - at) * rate) } }
	reported { ^position }
	whenRunning { |action| if(running) { action.value(this) } { waiting.add(action) } }
	count { |aPosition| ^aPosition % size }
}
