// Plays the planned events of a session, each on its sample. Events wait here until shortly before they are due, then a synth
// of theirs waits on the server and compares the sample counter with its position.
OscineSeq {
	const window = 4096; // numbers of events that are remembered, so that doubles are dropped
	var <clock, <>instrument, <>target, <>lead = 0.25, <>args, <>eventAction, <>lateAction, <policy = \drop;
	var <seen = 0, known, held, sent, cuts, routine, responder, <lateCount = 0, <lateWorst = 0, <lateNew = 0, shift = 0, <end = 0;
	var <map;

	*new { |instrument = \oscineImpulse, server, target, args, map|
		^super.new.init(instrument, server ? Server.default, target, args, map)
	}

	*synthDefs {
		^[
			// One sample of velocity / 128 (exact in a float32) at the onset.
			SynthDef(\oscineImpulse, { |out = 0, at = 0, samples = 0, clock = 0, number = 0, late = 0, velocity = 100|
				OscineGate.free(at, samples + (late * 10 * SampleRate.ir), clock);
				Out.ar(out, OscineGate.onset(at, clock, number, late) * velocity / 128)
			}),
			SynthDef(\oscineNote, { |out = 0, at = 0, samples = 0, clock = 0, number = 0, late = 0, midinote = 60, velocity = 100, amp = 0.1|
				var gate = OscineGate.ar(at, samples, clock, number, late);
				var env = EnvGen.ar(Env.adsr(0.005, 0.1, 0.6, 0.2), gate, doneAction: 2);
				Out.ar(out, (LFTri.ar(midinote.midicps) * env * amp * (velocity / 127)).dup)
			})
		]
	}

	init { |anInstrument, server, aTarget, someArgs, aMap|
		clock = OscineClock.for(server);
		instrument = anInstrument;
		target = aTarget ?? { server.defaultGroup };
		args = someArgs ? [];
		map = aMap;
		known = IdentityDictionary.new;
		held = List.new;
		sent = IdentityDictionary.new;
		cuts = List.new;
		this.class.synthDefs.do { |def| server.sendMsg("/d_recv", def.asBytes) };
		responder = OSCFunc({ |message| this.late(message[3].asInteger, message[4]) }, '/oscine.late', server.addr);
		responder.permanent = true;
		routine = SkipJack({ this.send }, 0.02, name: "oscine seq", clock: SystemClock)
	}

	free { this.cut(-inf, inf); routine.stop; responder.free; map !? { map.release } }

	policy_ { |name| policy = name.asSymbol }

	// A new session: its events are counted from 1 again. What is held keeps sounding.
	restart { known.clear; seen = 0; sent.keysValuesDo { |number, e| e[\number] = nil } }

	// From position on, planned events of generations below this one are void; what sounds ends there.
	cut { |position, generation|
		var at = this.toSamples(position);
		cuts = cuts.add([position, generation]);
		held = held.reject { |e| e[\generation] < generation and: { e[\position] >= position } };
		sent.copy.keysValuesDo { |node, e|
			if(e[\generation] < generation) {
				if(e[\position] >= position) { clock.server.sendMsg("/n_free", node); sent.removeAt(node) } {
					if(e[\until] > at) { clock.server.sendMsg("/n_set", node, \samples, (at - e[\at]).max(0)); e[\until] = at }
				}
			}
		};
		end = this.heldEnd(position.min(end));
	}

	heldEnd { |default| ^(held.collect { |e| e[\position] + e[\duration] } ++ sent.values.collect { |e| e[\position] + e[\duration] }).maxItem ? default }

	// An event: number, generation, position, duration, kind, values.
	add { |event|
		if(this.double(event[\number])) { ^this };
		if(this.void(event)) { ^this };
		end = end.max(event[\position] + event[\duration]);
		held = held.add(event);
		this.send
	}

	void { |event| ^cuts.any { |c| event[\generation] < c[1] and: { event[\position] >= c[0] } } }

	// Notes the number; `seen` is the last one up to which there is no hole.
	double { |number|
		if(known[number].notNil or: { (number - seen).wrap(-8388608, 8388608) <= 0 }) { ^true };
		known[number] = true;
		while { known[seen + 1 % 16777216].notNil } { seen = seen + 1 % 16777216; known.removeAt(seen) };
		^false
	}

	toSamples { |position| ^if(map.isNil) { position } { map.samplesAt(position) } }

	// What is due within `lead` goes to the server.
	send {
		var until, due;
		if(clock.running.not or: { held.isEmpty }) { ^this.tell };
		until = clock.now + (lead * clock.rate);
		due = held.select { |e| this.toSamples(e[\position]) + shift <= until };
		if(due.notEmpty) {
			held = held.reject { |e| due.includes(e) };
			due.do { |e| if(this.void(e).not) { this.play(e) } }
		};
		this.tell
	}

	play { |e|
		var node = clock.server.nextNodeID, at = this.toSamples(e[\position]).round + shift;
		var samples = (this.toSamples(e[\position] + e[\duration]).round + shift - at).max(1);
		e[\at] = at;
		e[\until] = at + samples;
		e[\cutAt] = cuts.select { |c| e[\generation] < c[1] }.collect { |c| this.toSamples(c[0]) }.minItem;
		if(e[\cutAt].notNil and: { e[\cutAt] < e[\until] }) { samples = e[\cutAt] - at; e[\until] = e[\cutAt] };
		if(clock.now > (at + samples + clock.rate) and: { policy == \drop }) { ^this.lateBy(e, clock.now - at) };
		sent[node] = e;
		clock.server.sendMsg("/s_new", if(instrument.isFunction) { instrument.value(e) } { instrument }, node, 1, target.nodeID,
			\at, clock.count(at), \samples, samples.min(8000000), \clock, clock.bus.index, \number, node, \late, (policy != \drop).binaryValue,
			*(this.controls(e) ++ if(args.isFunction) { args.value(e) } { args }));
		eventAction.value(e)
	}

	controls { |e|
		^if(e[\kind] == \note) { [\midinote, e[\values][0], \velocity, e[\values][1], \voice, e[\values][2] ? 1] } {
			[\velocity, 100]
		}
	}

	// The tempo changed: what has not begun yet is told where it stands now.
	remap {
		sent.keysValuesDo { |node, e|
			var at = this.toSamples(e[\position]).round + shift, samples = (this.toSamples(e[\position] + e[\duration]).round + shift - at).max(1);
			if(at > clock.now and: { at != e[\at] }) {
				e[\at] = at;
				e[\until] = at + samples;
				clock.server.sendMsg("/n_set", node, \at, clock.count(at), \samples, samples)
			}
		};
		this.send
	}

	late { |node, behind| var e = sent[node]; if(e.notNil) { this.lateBy(e, behind) } }

	lateBy { |e, behind|
		lateCount = lateCount + 1;
		lateNew = lateNew + 1;
		lateWorst = lateWorst.max(behind);
		if(policy == \shift) { shift = shift + behind };
		lateAction.value(e, behind);
		this.changed(\late, e, behind)
	}

	takeLate { var n = lateNew; lateNew = 0; ^n }

	tell {
		var now = clock.now - clock.rate;
		sent.copy.keysValuesDo { |node, e| if(e[\until] < now) { sent.removeAt(node) } };
		if(cuts.size > 64) { cuts = cuts.keep(-64) }
	}
}

// Beats of a TempoClock as samples of an OscineClock. It is anchored once and then follows each change of the tempo at
// the beat where it happens, so that positions are those of the tempo map and no clock is estimated in between.
OscineTempoMap {
	var <tempoClock, <clock, <ticksPerBeat, segments, <>action;

	*new { |tempoClock, clock, ticksPerBeat = 480, latency = 0.2| ^super.newCopyArgs(tempoClock, clock, ticksPerBeat).init(latency) }

	init { |latency|
		// The sound of a beat comes `latency` seconds after its logical time, as that of other patterns does.
		var samples = clock.now + ((tempoClock.beats2secs(tempoClock.beats) - Main.elapsedTime + latency) * clock.rate);
		segments = List[[tempoClock.beats, samples.round, tempoClock.tempo]];
		tempoClock.addDependant(this)
	}

	release { tempoClock.removeDependant(this) }

	update { |who, what|
		var beat = tempoClock.beats;
		if(what != \tempo) { ^this };
		segments = segments.add([beat, this.samplesAtBeat(beat), tempoClock.tempo]);
		if(segments.size > 4096) { segments = segments.keep(-2048) };
		action.value
	}

	segments { ^segments }
	samplesAt { |ticks| ^this.samplesAtBeat(ticks / ticksPerBeat) }
	samplesAtBeat { |beat|
		var i = segments.size - 1, s;
		while { i > 0 and: { segments[i][0] > beat } } { i = i - 1 };
		s = segments[i];
		^s[1] + ((beat - s[0]) / s[2] * clock.rate)
	}
	ticksNow { ^tempoClock.beats * ticksPerBeat }
}
