// Plays the planned events of a session, each on its sample. Events wait here until shortly before they are due, then a synth
// of theirs waits on the server and compares the sample counter with its position.
OscineSeq {
	var <clock, <>instrument, <>target, <>lead = 0.25, <>args, <>eventAction, <>lateAction, <policy = \drop, <probe;
	var numbers, held, sent, cuts, routine, responder, <lateCount = 0, <lateWorst = 0, <lateNew = 0, shift = 0, <end = 0;
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
		numbers = OscineSeen.new;
		held = List.new;
		sent = IdentityDictionary.new;
		cuts = List.new;
		this.class.synthDefs.do { |def| server.sendMsg("/d_recv", def.asBytes) };
		responder = OSCFunc({ |message| this.late(message[3].asInteger, message[4]) }, '/oscine.late', server.addr);
		responder.permanent = true;
		routine = SkipJack({ this.send }, 0.02, name: "oscine seq", clock: SystemClock)
	}

	free { this.cut(-inf, inf); routine.stop; responder.free; map !? { map.release } }

	// For any SynthDef that has OffsetOut and a gate: timed bundles, which scsynth places within ± 2 samples.
	bundled { |on = true| probe = if(on) { OscineProbe.for(clock) } }

	policy_ { |name| policy = name.asSymbol }

	// A new session: its events are counted from 1 again. What is held keeps sounding.
	restart { numbers.clear }
	seen { ^numbers.last }

	// From position on, planned events of generations below this one are void; what sounds ends there.
	cut { |position, generation|
		var at = this.toSamples(position);
		cuts = cuts.add([position, generation]);
		held = held.reject { |e| e[\generation] < generation and: { e[\position] >= position } };
		sent.copy.keysValuesDo { |node, e|
			if(e[\generation] < generation) {
				if(e[\position] >= position) { this.takeBack(node, e); sent.removeAt(node) } {
					if(e[\until] > at) { this.shorten(node, e, at); e[\until] = at }
				}
			}
		};
		end = position
	}

	takeBack { |node, e|
		if(probe.isNil) { clock.server.sendMsg("/n_free", node) } { this.bundle(e[\at], ["/n_free", node]) }
	}

	shorten { |node, e, at|
		if(probe.isNil) { clock.server.sendMsg("/n_set", node, \samples, (at - e[\at]).max(0)) } { this.bundle(at, ["/n_set", node, \gate, 0]) }
	}

	bundle { |position, message| clock.server.sendBundle((probe.timeOf(position) - thisThread.seconds).max(0), ["/error", -1], message) }

	// An event: number, generation, position, duration, kind, values.
	add { |event|
		if(numbers.add(event[\number], event, { |e| this.inOrder(e) })) { this.hold(event) }
	}

	// One that has no number.
	hold { |event|
		if(this.void(event)) { ^this };
		if(this.ready and: { this.due(event) }) { this.play(event) } { held = held.add(event) }
	}

	// The line up to here has no hole; `end` is where it ends.
	inOrder { |event| if(this.void(event).not) { end = end.max(event[\position] + event[\duration]) } }

	void { |event| ^cuts.any { |c| event[\generation] < c[1] and: { event[\position] >= c[0] } } }

	toSamples { |position| ^if(map.isNil) { position } { map.samplesAt(position) } }

	ready { ^clock.running and: { probe.isNil or: { probe.ready } } }
	due { |event| ^this.toSamples(event[\position]) + shift <= (clock.now + (lead * clock.rate)) }

	// What is due within `lead` goes to the server.
	send {
		var all = held;
		if(this.ready and: { all.notEmpty }) {
			held = [];
			all.do { |e| if(this.due(e)) { if(this.void(e).not) { this.play(e) } } { held = held.add(e) } }
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
		if(probe.isNil) { this.sendCounted(node, e, at, samples) } { this.sendBundled(node, e, at, samples) }
	}

	message { |e, node ... more|
		^["/s_new", if(instrument.isFunction) { instrument.value(e) } { instrument }, node, 1, target.nodeID]
			++ more ++ this.controls(e) ++ if(args.isFunction) { args.value(e) } { args }
	}

	sendCounted { |node, e, at, samples|
		clock.server.sendMsg(*this.message(e, node, \at, clock.count(at), \samples, samples.min(8000000), \clock, clock.bus.index,
			\number, node, \late, (policy != \drop).binaryValue));
		eventAction.value(e)
	}

	// What is behind already is late here; scsynth itself says nothing.
	sendBundled { |node, e, at, samples|
		var behind = clock.now + 64 - at;
		if(behind > 0) {
			this.lateBy(e, behind);
			if(policy == \drop) { sent.removeAt(node); ^this }
		};
		this.bundle(at, this.message(e, node, \samples, samples));
		this.bundle(at + samples, ["/n_set", node, \gate, 0]);
		eventAction.value(e)
	}

	controls { |e|
		var v = e[\values];
		^switch(e[\kind],
			\note, { [\midinote, v[0], \velocity, v[1], \voice, v[2] ? 1] },
			\hit, { [\velocity, v[1], \score, v[2]] },
			\label, { [\velocity, 100, \score, v[1], \rank, v[2]] },
			\pitch, { [\velocity, 100, \midinote, v[0].max(1).cpsmidi, \score, v[1]] },
			{ [\velocity, 100] })
	}

	// The tempo changed: what has not begun yet is told where it stands now.
	remap {
		sent.copy.keysValuesDo { |node, e|
			var at = this.toSamples(e[\position]).round + shift, samples = (this.toSamples(e[\position] + e[\duration]).round + shift - at).max(1);
			if(at > clock.now and: { at != e[\at] }) {
				if(probe.notNil) { this.takeBack(node, e); sent.removeAt(node); held = held.add(e) } {
					e[\at] = at;
					e[\until] = at + samples;
					clock.server.sendMsg("/n_set", node, \at, clock.count(at), \samples, samples)
				}
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
