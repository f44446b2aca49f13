TestOscineScore : UnitTest {
	test_eventsStandAtTheirSamples {
		var events = [[4800, 2400], [48, 10]].collect { |e| (position: e[0], duration: e[1], kind: \note, values: [60, 100, 1]) };
		var score = OscineScore.from(events, [], rate: 48000).score;
		this.assertEquals(score[1].first, 0.001, "in the order of their positions");
		this.assertEquals(score[2].first, 0.1, "seconds of the session's rate");
		this.assertEquals(score[2][1][0], "/s_new", "a synth each")
	}
}
