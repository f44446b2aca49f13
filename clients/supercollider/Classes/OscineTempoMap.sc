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
