// The notes of a melody model as events for Pbind and Pdef: midinote, velocity, amp, dur (beats), delta (to the next), voice.
// They stand on the beats of the TempoClock that plays them, and follow its tempo.
Pmelody : Pattern {
	var <>model, <>attributes, <>seed, <>quant, <>length, <>oscine, <>lead;

	// attributes: an Event of settings of the session; seed: notes to go on from, [pitch, beats] each; quant: the line begins on a
	// multiple of so many beats; length: beats, inf at first; lead: seconds between the first look and the first note, at least.
	*new { |model = "melody", attributes, seed, quant = 1, length = inf, oscine, lead = 0.5|
		^super.newCopyArgs(model, attributes, seed, quant, length, oscine, lead)
	}

	storeArgs { ^[model, attributes, seed, quant, length] }

	embedInStream { |inevent|
		var cleanup = EventStreamCleanup.new, line, event;
		if(inevent.isNil) { ^nil.yield };
		line = OscineLine(this, thisThread.clock, thisThread.beats);
		cleanup.addFunction(inevent, { line.free });
		while { inevent.notNil and: { (event = line.next(thisThread.beats)).notNil } } {
			event = inevent.copy.putAll(event);
			cleanup.update(event);
			inevent = event.yield
		};
		line.free;
		^cleanup.exit(inevent)
	}

	// What Pbind(Pmelody.keys, Pmelody(…).values, …) sets.
	*keys { ^#[midinote, dur, delta, velocity, amp, voice] }
	values { ^this.collect { |event| this.class.keys.collect { |key| event[key] } } }
}

// The line behind a Pmelody, in ticks of the beats of a clock. A stream that is not asked any more lets go of its session.
OscineLine : OscineSession {
	const ticks = 480, look = 0.25; // beats until the next look, where it is not known what comes next
	var clock, <begins, end, notes, numbers, routine, askedAt, generation = 0, seeds;

	*new { |pattern, clock, beat| ^this.basicNew.initLine(pattern, clock, beat) }

	initLine { |pattern, aClock, beat|
		clock = aClock;
		notes = List.new;
		numbers = OscineSeen.new;
		askedAt = Main.elapsedTime;
		this.initSession(pattern.model, "default", pattern.oscine ?? { Oscine.default }, this.tempo * ticks, "ticks", ticks);
		begins = (beat + (pattern.lead * this.tempo)).roundUp(pattern.quant.max(1 / ticks));
		end = begins + pattern.length;
		seeds = pattern.seed ? [];
		(pattern.attributes ? ()).keysValuesDo { |name, value| this.set(name, *value.asArray) };
		this.horizon(2000);
		this.open;
		routine = SkipJack({ this.playhead }, 0.05, name: "oscine line", clock: SystemClock)
	}

	free { routine.stop; this.close }

	// The event for a beat: a note that begins here, or a rest until the next one. Nil at the end.
	next { |beat|
		var note, until;
		askedAt = Main.elapsedTime;
		if(beat >= (end - 0.001)) { ^nil };
		if(beat < begins) { ^this.rest(begins - beat) };
		notes = notes.reject { |n| n[\beat] < (beat - 0.001) }; // what came too late; an Array from here on
		note = notes.detect { |n| n[\beat] < (beat + 0.001) };
		notes.remove(note);
		until = (notes.collect(_[\beat]).minItem ?? { beat + (note !? { note[\dur] } ? look) }).min(beat + 1).min(end) - beat;
		if(note.isNil) { ^this.rest(until) };
		^(midinote: note[\pitch], velocity: note[\velocity], amp: note[\velocity] / 127, voice: note[\voice], dur: note[\dur], delta: until)
	}

	rest { |beats| ^(midinote: Rest(60), dur: Rest(beats), delta: beats, velocity: 0, amp: 0, voice: 1) }

	// private

	tempo { ^clock.tryPerform(\tempo) ? 1 }

	// Seed notes stand right before the line. After a restart it goes on where the notes that are held end.
	prepare {
		var from = (notes.collect { |n| n[\beat] + n[\dur] }.maxItem ?? { begins.max(clock.beats + (0.1 * this.tempo)) });
		var beat = from - seeds.sum { |s| s[1] };
		numbers.clear;
		seeds.do { |s|
			if(s[0].isRest.not) { this.first("/note", this.split((beat * ticks).round) ++ [s[0].asFloat, 100.0, (s[1] * ticks).round.asInteger]) };
			beat = beat + s[1]
		};
		generation = generation + 1;
		this.afterwards { this.request("/play", this.split((from * ticks).round) ++ [generation]) }
	}

	playhead {
		if(Main.elapsedTime - askedAt > 60) { ^this.free };
		if(number.notNil and: { generation > 0 }) {
			oscine.send("/playhead", number, *(this.split((clock.beats * ticks).floor) ++ [numbers.last, this.tempo * ticks]))
		}
	}

	event { |m|
		if(numbers.add(m[2]) and: { m[8] == \note }) {
			notes = notes.add((beat: this.join(m[4], m[5]) / ticks, dur: m[7] / ticks, pitch: m[9], velocity: m[10], voice: m[11]))
		}
	}
}
