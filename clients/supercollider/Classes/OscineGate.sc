// 1 from the sample `at` of the clock on, for `samples` samples; 0 otherwise. For SynthDefs: its controls at, samples, clock,
// number and late are set by OscineSeq. What begins too late is told to the language, and by `late` dropped (0) or played now (1).
OscineGate {
	*ar { |at, samples, clock, number = 0, late = 0|
		var distance = this.since(at, clock, number, late);
		^(distance >= 0) * (distance < samples)
	}

	// 1 for the one sample where the note begins.
	*onset { |at, clock, number = 0, late = 0| ^BinaryOpUGen('==', this.since(at, clock, number, late), 0) }

	// Samples since the note began; negative before.
	*since { |at, clock, number = 0, late = 0|
		var distance = this.from(at, clock), first = Impulse.kr(0);
		var behind = Latch.ar(distance, Impulse.ar(0)).max(0);
		SendReply.kr(first * (A2K.kr(behind) > 0), '/oscine.late', [number, A2K.kr(behind)]);
		FreeSelf.kr((A2K.kr(behind) > 0) * (late <= 0));
		^Select.ar((behind > 0) * (late <= 0), [distance - behind, DC.ar(-1)])
	}

	// Frees the synth when the note is over.
	*free { |at, samples, clock| ^FreeSelf.kr(A2K.kr(this.from(at, clock)) > samples) }

	*from { |at, clock| ^(In.ar(clock) - at).wrap(OscineClock.size / -2, OscineClock.size / 2) }
}
