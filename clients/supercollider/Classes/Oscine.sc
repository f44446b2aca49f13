// One oscine daemon: hello, lease, requests that are sent again until they are answered, restarts, failures.
Oscine {
	classvar default;
	const <prefix = "/oscine/v1", period = 0.25, silence = 1.0;
	var <addr, <name, <state = \disconnected, <boot, <version, <client, <key;
	var <>stateAction, <>failAction, <>verbose = true;
	var <requests, <sessions, nextId = 0, receiver, keeper, heardAt, helloId, told = false;

	*new { |host = "127.0.0.1", port = 7770, name = "supercollider"| ^super.new.init(host, port, name) }

	// The daemon that objects use when none is named: this machine, port 7770.
	*default { ^default ?? { default = this.new.connect } }
	*default_ { |oscine| default = oscine }

	init { |host, port, aName|
		addr = NetAddr(host, port);
		name = aName.asString;
		requests = IdentityDictionary.new;
		sessions = List.new;
		receiver = { |message, time, from| if(from.port == addr.port and: { from.addr == addr.addr }) { this.receive(message) } };
	}

	// Says hello until a daemon answers, and again whenever it was gone. Calls that come before wait for it.
	connect { |host, port|
		if(host.notNil or: { port.notNil }) { this.disconnect; addr = NetAddr(host ? addr.hostname, port ? addr.port) };
		if(keeper.isNil) {
			thisProcess.addOSCRecvFunc(receiver);
			heardAt = Main.elapsedTime;
			told = false;
			this.hello;
			keeper = SkipJack({ this.keep }, period, name: "oscine", clock: SystemClock);
		}
	}

	disconnect {
		if(keeper.isNil) { ^this };
		keeper.stop;
		keeper = nil;
		this.send("/bye", 0);
		thisProcess.removeOSCRecvFunc(receiver);
		sessions.do(_.lost);
		this.drop("disconnected");
		boot = nil;
	}

	connected { ^state == \connected }

	// A message as it is, without waiting for an answer. Addresses that do not begin with /oscine stand under /oscine/v1.
	send { |address ... args| addr.sendMsg(this.full(address), *args) }

	// A request: its id is put before args. action gets the arguments after the id of the answer, and the items of a list
	// that came before (each an array); onFail gets code and sentence. Repeats go out with the same id.
	request { |address, args, action, onFail|
		var id = this.newId, request = OscineRequest(id, this.full(address), args, action, onFail);
		requests[id] = request;
		if(this.connected) { this.transmit(request) };
		^id
	}

	newId { nextId = nextId % 16777215 + 1; ^nextId }
	full { |address| address = address.asString; ^if(address.beginsWith("/oscine")) { address } { prefix ++ address } }

	// private

	hello {
		helloId = helloId ?? { this.newId };
		this.send("/hello", helloId, 0, name);
	}

	transmit { |request| request.sent(Main.elapsedTime); addr.sendMsg(request.address, request.id, *request.args) }

	keep {
		var now = Main.elapsedTime;
		if(now - heardAt > silence) {
			if(this.connected) { this.drop("no answer for a second") };
			if(told.not) {
				told = true;
				this.say("no oscine at %:%: start it with `oscine serve CONFIG`".format(addr.hostname, addr.port));
			};
			requests.values.do { |r| if(now - r.madeAt > silence) { this.end(r, 503, "no oscine at %:%".format(addr.hostname, addr.port)) } };
		};
		if(this.connected) {
			requests.values.do { |r| if(now - r.sentAt > r.patience) { this.transmit(r) } };
			if(now - heardAt > (2 * period - 0.05)) { this.send("/ping", this.newId, 0, 0) }
		} { this.hello }
	}

	drop { |reason|
		state = \disconnected;
		helloId = nil;
		stateAction.value(\disconnected, reason);
		this.changed(\disconnected, reason);
	}

	say { |text| if(verbose) { ("oscine: " ++ text).postln } }

	receive { |message|
		var address = message[0].asString, short, id;
		if(address.beginsWith(prefix).not) { ^this };
		heardAt = Main.elapsedTime;
		short = address.drop(prefix.size + 1);
		switch(short,
			"event", { this.toSession(message[1], \event, message) },
			"frames", { this.toSession(message[1], \frames, message) },
			"audio", { this.toSession(message[1], \frames, message) },
			"gap", { this.toSession(message[1], \gap, message) },
			"pong", { },
			"restarted", { this.renewed(message[1], \restarted) },
			"hello.reply", { this.greeted(message) },
			"fail", { this.failed(message) },
			{ this.answered(short, message) })
	}

	toSession { |number, what, message|
		sessions.do { |s| if(s.number == number) { s.perform(what, message) } }
	}

	greeted { |message|
		var before = boot;
		if(message[1] != helloId or: { this.connected }) { ^this };
		client = message[2];
		version = message[5];
		key = message[7];
		boot = message[3];
		state = \connected;
		told = false;
		stateAction.value(\connected, boot, version);
		this.changed(\connected, boot, version);
		sessions.copy.do { |s| if(before != boot or: { s.number.isNil }) { s.renew } };
		requests.values.do { |r| this.transmit(r) }
	}

	renewed { |newBoot, what|
		if(newBoot == boot) { ^this };
		boot = newBoot;
		stateAction.value(what, boot);
		this.changed(what, boot);
		sessions.copy.do(_.renew);
	}

	answered { |short, message|
		var request = requests[message[1]];
		if(request.isNil) { ^this };
		if(#["model.item", "model.about", "model.method", "model.attribute", "model.label"].includesEqual(short)) {
			^request.item(short, message.drop(2))
		};
		if(short == "job") { ^request.waitLonger };
		requests.removeAt(message[1]);
		request.done(message.drop(2))
	}

	failed { |message|
		var id = message[1], address = message[2], code = message[3], text = message[4].asString;
		var request = requests[id];
		// With an id, the session of that request is no more. Without one the code does not say which: each is asked.
		if(code == 410) { sessions.copy.do { |s| if(request.isNil) { s.check } { s.gone(request) } } };
		if(request.notNil) { this.end(request, code, text) } { this.tell(code, address, text) }
	}

	end { |request, code, text|
		requests.removeAt(request.id);
		if(request.onFail.notNil) { request.onFail.value(code, text) } { this.tell(code, request.address, text) }
	}

	tell { |code, address, text|
		failAction.value(code, address, text);
		this.changed(\fail, code, address, text);
		this.say("fail % % %".format(code, address, text))
	}
}
