// Stands where an OscineClock would, with a count that is known.
OscineClockOfTest {
	var <>now = 0, <>rate = 48000;
	*new { ^super.newCopyArgs }
}

TestOscineTempoMap : UnitTest {
	test_aChangeBendsTheMapAtItsBeat {
		var clock = OscineClockOfTest.new, tempo = TempoClock(1), map = OscineTempoMap(tempo, clock, 480, 0), begin = map.samplesAtBeat(tempo.beats);
		var change = map.segments.first[0];
		this.assertFloatEquals(map.samplesAtBeat(change + 2) - map.samplesAtBeat(change), 96000, "two beats at 60 bpm", 0.01);
		tempo.tempo = 2;
		change = map.segments.last[0];
		this.assertFloatEquals(map.samplesAtBeat(change + 2) - map.samplesAtBeat(change), 48000, "two beats at 120 bpm", 0.01);
		this.assert(map.samplesAtBeat(change) >= begin, "what lies before is as it was");
		map.release;
		tempo.stop
	}
}
