// A line that a model generates ahead of the playhead, played by an OscineSeq. With a TempoClock its positions are ticks
// and the tempo may change at any time; without one they are samples of the server.
OscineMelody : OscineSession {
	var <seq, <server, <tempoClock, <generation = 0, <playing = false, <seeds, routine, <>margin = 0.3, <from, ready = false, <>onReady;

	*new { |model = "melody", oscine, server, instrument = \oscineNote, tempoClock, args, target|
		^this.basicNew.initMelody(model, oscine ?? { Oscine.default }, server ? Server.default, instrument, tempoClock, args, target)
	}

	initMelody { |aModel, anOscine, aServer, instrument, aTempoClock, args, target|
		server = aServer;
		tempoClock = aTempoClock;
		seeds = List.new;
		this.initSession(aModel, "default", anOscine, 48000, if(tempoClock.isNil) { "samples" } { "ticks" }, 480);
		OscineClock.for(server).whenRunning { |clock|
			var map = tempoClock !? { OscineTempoMap(tempoClock, clock, ticksPerBeat) };
			rate = if(tempoClock.isNil) { clock.rate } { tempoClock.tempo * ticksPerBeat };
			seq = OscineSeq(instrument, server, target, args, map);
			map !? { map.action = { seq.remap } };
			routine = SkipJack({ this.playhead }, 0.05, name: "oscine melody", clock: SystemClock);
			ready = true;
			this.open;
			onReady.value(this)
		}
	}

	whenReady { |action| if(ready) { action.value(this) } { onReady = onReady.addFunc(action) } }

	// Generates from a position on (default: a little after the horizon), as a new generation.
	play { |position|
		this.whenReady {
			var p = position ?? { this.now + (this.unitsPerSecond * margin) };
			playing = true;
			this.plan("/play", p.round)
		}
	}

	stop { |position|
		this.whenReady {
			playing = false;
			this.plan("/stop", (position ?? { this.now + (this.unitsPerSecond * 0.05) }).round)
		}
	}

	note { |pitch, velocity = 100, duration = 500, position|
		this.whenReady {
			var p = (position ?? { this.now }).round, units = (duration / 1000 * this.unitsPerSecond).round.asInteger;
			var seed = this.split(p) ++ [pitch.asFloat, velocity.asFloat, units];
			seeds.add(seed);
			if(seeds.size > 256) { seeds.removeAt(0) };
			if(number.notNil) { this.first("/note", seed) }
		}
	}

	seed { |number| this.set("seed", number) }
	temperature { |x| this.set("temperature", x.asFloat) }
	tempo { |bpm| this.set("tempo", bpm.asFloat) }
	policy { |name| seq.policy = name; super.policy(name) }

	now { ^if(tempoClock.isNil) { seq.clock.now } { seq.map.ticksNow } }
	unitsPerSecond { ^if(tempoClock.isNil) { seq.clock.rate } { tempoClock.tempo * ticksPerBeat } }

	free { this.close; routine.stop; seq.free }

	// private

	plan { |address, position|
		var number = generation + 1;
		generation = number;
		from = position;
		seq.cut(position, generation);
		this.afterwards { this.send(address, position, number, position) }
	}

	// A generation that was overtaken by a newer one is void, and no failure.
	send { |address, position, aGeneration, held|
		if(number.isNil) { ^this };
		this.request(address, this.split(position) ++ [aGeneration], nil, { |code, text|
			if(code != 409 or: { aGeneration == generation }) {
				if(failAction.notNil) { failAction.value(code, text) } { oscine.tell(code, oscine.full(address), text) }
			}
		});
		this.changed(address.drop(1).asSymbol, position, aGeneration, held)
	}

	// After a restart: what was set is set by now; seeds, and the line from where what is held has its first hole, or its end.
	prepare {
		if(ready.not) { ^this };
		seq.restart;
		seeds.do { |s| this.first("/note", s) };
		if(playing and: { generation > 0 }) { this.afterwards { this.goOn } }
	}

	goOn {
		var held = seq.end;
		from = held.max(this.now + (this.unitsPerSecond * 0.1)).round;
		generation = generation + 1;
		seq.cut(from, generation); // what came beyond a hole
		this.send("/play", from, generation, held)
	}

	playhead {
		var late;
		if(number.isNil or: { generation == 0 }) { ^this };
		oscine.send("/playhead", number, *(this.split(this.now.floor) ++ [seq.seen, this.unitsPerSecond]));
		late = seq.takeLate;
		if(late > 0) { oscine.send("/late", number, late, seq.lateWorst.round.asInteger) }
	}

	event { |m|
		if(ready) {
			seq.add((number: m[2], generation: m[3], position: this.join(m[4], m[5]), when: m[6], duration: m[7].max(0),
				kind: m[8].asSymbol, values: m[9..]))
		}
	}
}
