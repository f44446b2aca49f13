// Planned events as a Score for scsynth without real time: OffsetOut is exact there.
OscineScore {
	// events as OscineSeq gets them (position, duration, kind, values); SynthDefs have out, samples, midinote, velocity and OffsetOut.
	*from { |events, defs, instrument = \oscineOffset, rate = 48000, tail = 1|
		var last = events.collect { |e| e[\position] + e[\duration] }.maxItem ? 0;
		var score = (defs ?? { [this.synthDef] }).collect { |def| [0.0, ["/d_recv", def.asBytes]] };
		score = score ++ events.copy.sort { |a, b| a[\position] < b[\position] }.collect { |e|
			[e[\position] / rate, ["/s_new", instrument, -1, 1, 0, \samples, e[\duration], \midinote, e[\values][0], \velocity, e[\values][1]]]
		};
		^Score(score.add([last / rate + tail, ["/c_set", 0, 0]]))
	}

	// One impulse of velocity / 128.
	*synthDef {
		^SynthDef(\oscineOffset, { |out = 0, velocity = 100|
			FreeSelf.kr(Line.kr(0, 2, ControlDur.ir * 4) > 1);
			OffsetOut.ar(out, Impulse.ar(0) * velocity / 128)
		})
	}
}
