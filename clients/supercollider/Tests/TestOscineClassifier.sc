TestOscineClassifier : UnitTest {
	test_whatWasHeardIsAnEvent {
		var label = OscineClassifier.heard(\label, ["Dog", 0.75, 1], 88200, 42997), hit = OscineClassifier.heard(\hit, ["snare", 90, 0.5, 2], 7, 0);
		this.assertEquals([label[\name], label[\score], label[\rank], label[\position]], ["Dog", 0.75, 1, 88200], "a label");
		this.assertEquals([hit[\name], hit[\velocity], hit[\channel]], ["snare", 90, 2], "a hit, with its channel");
		this.assertEquals(label[\channel], nil, "where there is none")
	}
}
