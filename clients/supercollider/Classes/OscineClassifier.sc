// A model that names what it hears, in the sound of a bus: labels, hits and pitches with their positions, as they come, and with an
// instrument a synth for each at its position + lookahead, on the sample.
OscineClassifier : OscineSound {
	var <instrument, <seq, <>action, <>lateAction, numbers, routine;

	*new { |model = "drums", oscine, server, in, instrument, method = "default", target, action|
		^this.basicNew.initClassifier(model, oscine, server, in, instrument, method, target, action)
	}

	initClassifier { |aModel, anOscine, aServer, anIn, anInstrument, aMethod, aTarget, anAction|
		instrument = anInstrument;
		action = anAction;
		numbers = OscineSeen.new;
		this.initSound(aModel, aMethod, anOscine, aServer, anIn, aTarget)
	}

	top { |n| this.set("top", n.asInteger) }
	threshold { |x| this.set("threshold", x.asFloat) }
	sensitivity { |x| this.set("sensitivity", x.asFloat) }

	// An Event of what was heard: kind, position, duration, and what that kind has.
	*heard { |kind, values, position, duration|
		var names = switch(kind,
			\label, { #[name, score, rank, channel] },
			\hit, { #[name, velocity, score, channel] },
			\pitch, { #[hz, confidence, channel] },
			{ #[] });
		var event = (kind: kind, position: position, duration: duration, values: values);
		names.do { |name, i| if(values[i].notNil) { event[name] = values[i] } };
		^event
	}

	// What a feed of a whole Buffer has heard: action gets the events in order.
	*finished { |feed, server, action| action.value(feed.heard.sort { |a, b| a[\position] <= b[\position] }) }

	// private

	sounding {
		numbers.clear;
		if(instrument.notNil and: { seq.isNil }) {
			seq = OscineSeq(instrument, server);
			seq.lateAction = { |e, behind| lateAction.value(e, behind) }
		};
		routine = routine ?? { SkipJack({ this.playhead }, 0.1, name: "oscine classifier", clock: SystemClock) }
	}

	release {
		super.release;
		routine !? { routine.stop; routine = nil };
		seq !? { seq.free; seq = nil }
	}

	// What was lost is sent again by what is said here.
	playhead {
		var late;
		if(number.isNil) { ^this };
		oscine.send("/playhead", number, *(this.split(clock.now.floor) ++ [numbers.last, rate]));
		seq !? {
			late = seq.takeLate;
			if(late > 0) { oscine.send("/late", number, late, seq.lateWorst.round.asInteger) }
		}
	}

	event { |m|
		var heard;
		if(numbers.add(m[2]).not) { ^this };
		heard = this.class.heard(m[8].asSymbol, m[9..], this.join(m[4], m[5]), m[7]);
		seq !? { seq.hold(heard.copy.put(\position, heard[\position] + ahead).put(\generation, 0)) };
		action.value(heard);
		this.changed(\heard, heard)
	}
}
