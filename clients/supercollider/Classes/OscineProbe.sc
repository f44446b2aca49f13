// When, on the time of timed bundles, a server comes to a position: four times a second a bundle sounds, and the sample counter says where.
OscineProbe {
	classvar probes;
	const ahead = 0.15, kept = 2;
	var <clock, bus, ear, routine, responder, tag, last, pairs;

	*initClass { probes = IdentityDictionary.new }

	*for { |clock|
		if(probes[clock].isNil) { probes[clock] = super.new.init(clock) };
		^probes[clock]
	}

	*synthDefs {
		^[
			SynthDef(\oscineProbe, { |out|
				FreeSelf.kr(Line.kr(0, 2, ControlDur.ir * 4) > 1);
				OffsetOut.ar(out, Impulse.ar(0))
			}),
			SynthDef(\oscineProbeEar, { |in, clock|
				SendReply.kr(Impulse.kr(50), '/oscine.probe', A2K.kr(Latch.ar(In.ar(clock), In.ar(in))))
			})
		]
	}

	init { |aClock|
		clock = aClock;
		pairs = List.new;
		responder = OSCFunc({ |message| if(ear.notNil and: { message[1] == ear.nodeID }) { this.heard(message[3]) } }, '/oscine.probe', clock.server.addr);
		responder.permanent = true;
		ServerTree.add(this, clock.server);
		this.doOnServerTree
	}

	doOnServerTree {
		clock.whenRunning {
			forkIfNeeded {
				var server = clock.server;
				bus = bus ?? { Bus.audio(server, 1) };
				this.class.synthDefs.do { |def| server.sendMsg("/d_recv", def.asBytes) };
				server.sync;
				pairs.clear;
				last = tag = nil;
				ear = Synth.tail(RootNode(server), \oscineProbeEar, [\in, bus, \clock, clock.bus]);
				routine = routine ?? { SkipJack({ this.probe }, 0.25, name: "oscine probe", clock: SystemClock) }
			}
		}
	}

	probe {
		tag = thisThread.seconds + ahead;
		clock.server.sendBundle(ahead, ["/s_new", \oscineProbe, -1, 2, clock.synth.nodeID, \out, bus.index]);
	}

	heard { |count|
		var expected;
		if(last == count) { ^this };
		if(last.notNil and: { tag.notNil }) {
			expected = clock.now + ((tag - Main.elapsedTime) * clock.rate);
			pairs.add([tag, expected + (count - expected).wrap(OscineClock.size / -2, OscineClock.size / 2)]);
			if(pairs.size > kept) { pairs.removeAt(0) };
			tag = nil
		};
		last = count
	}

	ready { ^pairs.size >= 2 }

	// The logical time at which a bundle has to be tagged to sound at a position.
	timeOf { |position|
		var mean = pairs.sum / pairs.size;
		^mean[0] + ((position - mean[1]) / clock.rate)
	}
}
