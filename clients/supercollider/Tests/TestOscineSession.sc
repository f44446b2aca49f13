TestOscineSession : UnitTest {
	var oscine, session;

	// A connection that sends to nobody: requests stay where they can be looked at.
	setUp {
		oscine = Oscine("127.0.0.1", 9);
		oscine.verbose = false;
		session = OscineSession("model", oscine: oscine)
	}

	// What a daemon would answer to the request of an address.
	answer { |address ... values|
		var id = oscine.requests.keys.asArray.sort.detect { |id| oscine.requests[id].address == ("/oscine/v1" ++ address) };
		oscine.receive(["/oscine/v1" ++ values[0], id] ++ values.drop(1))
	}

	waiting { ^oscine.requests.values.collect { |r| r.address.drop(10).asString }.asArray.sort }

	test_positionsAreTwoHalves {
		[0, 65535, 65536, 2880000, -1, -65537, 2 ** 33].do { |position|
			this.assertEquals(session.join(*session.split(position)), position.asFloat, "there and back")
		};
		this.assertEquals(session.split(2880000), [43, 61952], "as docs/protocol.md has it");
		this.assertEquals(session.split(-1), [-1, 65535], "before the origin")
	}

	test_settingsWaitUntilItIsOpen {
		session.set("gain", 1);
		session.set("gain", 2);
		session.open;
		this.assertEquals(this.waiting, ["/open"], "nothing is set yet");
		this.answer("/open", "/opened", 4711, 0, 1, 1, 1, 1, 0.0);
		this.assertEquals(this.waiting, ["/set"], "the later value stands in the place of the first");
		this.assertEquals(oscine.requests.values.asArray.first.args, [4711, "gain", 2], "with the session's number")
	}

	test_410OfARequestOpensAgain {
		session.open;
		this.answer("/open", "/opened", 4711, 0, 1, 1, 1, 1, 0.0);
		session.get("gain");
		this.answer("/get", "/fail", "/oscine/v1/get", 410, "there is no session 4711");
		this.assertEquals(session.number, nil, "it is no more");
		this.assertEquals(this.waiting, ["/open"], "it is opened again")
	}

	test_410WithoutAnIdIsAskedAbout {
		var other = OscineSession("model", oscine: oscine);
		session.open;
		this.answer("/open", "/opened", 4711, 0, 1, 1, 1, 1, 0.0);
		other.open;
		this.answer("/open", "/opened", 47, 0, 1, 1, 1, 1, 0.0);
		oscine.receive(["/oscine/v1/fail", 0, "/oscine/v1/playhead", 410, "there is no session 4711; open again"]);
		this.assertEquals(this.waiting, ["/get", "/get"], "each session is asked");
		oscine.requests.values.do { |r|
			oscine.receive(["/oscine/v1/fail", r.id, r.address, if(r.args[0] == 4711) { 410 } { 404 }, "…"])
		};
		this.assertEquals(session.number, nil, "this one is no more");
		this.assertEquals(other.number, 47, "whose number is a part of the other's stays")
	}
}
