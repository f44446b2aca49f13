// A line whose notes are given here instead of by a daemon.
OscineLineOfTest : OscineLine {
	open { }
	give { |beat, dur, pitch| notes = notes.add((beat: beat, dur: dur, pitch: pitch, velocity: 96, voice: 1)) }
}

TestPmelody : UnitTest {
	var clock, line;

	setUp {
		clock = TempoClock(2);
		line = OscineLineOfTest(Pmelody(oscine: Oscine("127.0.0.1", 9), quant: 4, length: 8), clock, 0.5)
	}
	tearDown { line.free; clock.stop }

	test_restsUntilItBegins {
		var event = line.next(0.5);
		this.assert(event.isRest, "nothing before the quant");
		this.assertFloatEquals(event.delta, 3.5, "the line begins at beat 4")
	}

	test_notesAndGaps {
		var first, gap;
		line.give(4, 1, 60);
		line.give(6, 0.5, 62);
		first = line.next(4);
		this.assertEquals([first[\midinote], first[\dur], first.delta], [60, 1, 1], "a note, as long as it lasts, and the next look no later than a beat");
		gap = line.next(5);
		this.assert(gap.isRest and: { gap.delta == 1 }, "a rest up to the next note");
		this.assertEquals(line.next(6)[\midinote], 62, "which is there then")
	}

	test_notesTogether {
		line.give(4, 1, 60);
		line.give(4, 2, 48);
		this.assertEquals(line.next(4).delta, 0, "two voices begin at once");
		this.assertEquals(line.next(4)[\midinote], 48, "the second one")
	}

	test_ends {
		this.assertEquals(line.next(12), nil, "after `length` beats")
	}
}
