TestOscineSeen : UnitTest {
	test_doublesAreTold {
		var seen = OscineSeen.new;
		this.assertEquals([1, 2, 2, 1, 3].collect { |n| seen.add(n) }, [true, true, false, false, true], "each number once");
		this.assertEquals(seen.last, 3, "all came up to here")
	}

	test_aHoleHoldsBack {
		var seen = OscineSeen.new, order = List.new;
		[1, 3, 4].do { |n| seen.add(n, n, { |item| order.add(item) }) };
		this.assertEquals(seen.last, 1, "up to the hole");
		seen.add(2, 2, { |item| order.add(item) });
		this.assertEquals(order.asArray, [1, 2, 3, 4], "items in their order");
		this.assertEquals(seen.last, 4, "the hole is filled")
	}

	test_numbersWrap {
		var seen = OscineSeen.new;
		(1..4).do { |n| seen.add(n) };
		this.assertEquals(seen.add(16777215), false, "half the range behind is old");
		seen.clear;
		this.assertEquals(seen.add(1), true, "a new session counts anew")
	}
}
