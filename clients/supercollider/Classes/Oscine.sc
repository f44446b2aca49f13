// One oscine daemon: hello, lease, requests that are sent again until they are answered, restarts, failures.
Oscine {
	classvar default;
	const <prefix = "/oscine/v1", period = 0.25, silence = 1.0;
	var <addr, <name, <state = \disconnected, <boot, <version, <client, <key;
	var <>stateAction, <>failAction, <>verbose = true;
	var requests, <sessions, nextId = 0, receiver, keeper, heardAt, helloId, told = false;

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

	// One call of a model's first method: action gets the array of its outputs.
	ask { |model, values, action, onFail|
		^this.request("/ask", [model.asString] ++ values.asArray.collect(_.asFloat), { |a| action.value(a.drop(3)) }, onFail)
	}

	// action gets an array of Events: name, kind, state, rate, isolated, falls.
	models { |action, onFail|
		^this.request("/models", [], { |a, items|
			action.value(items.collect { |i| (name: i[2], kind: i[3], state: i[4], rate: i[5], isolated: i[6] == 1, falls: i[7]) })
		}, onFail)
	}

	// action gets an Event: about (an array), methods and attributes (arrays of arrays), as the protocol lists them.
	info { |model, action, onFail|
		^this.request("/model/info", [model.asString], { |a, items, kinds|
			var of = { |kind| items.select { |item, i| kinds[i] == kind } };
			action.value((about: of.("model.about").first, methods: of.("model.method"), attributes: of.("model.attribute")))
		}, onFail)
	}

	labels { |model, action, onFail|
		^this.request("/labels", [model.asString, 0, 0], { |a, items| action.value(items.collect(_[2])) }, onFail)
	}

	status { |action, onFail|
		var names = #[uptime, models, sessions, queued, cpu, p50, p99, late, refused, restarts, withheld, falls];
		^this.request("/status", [], { |a| action.value(Event.newFrom([names.keep(a.size), a].flop.flatten)) }, onFail)
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
		if(code == 410) { sessions.copy.do { |s| s.gone(request, text) } };
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

// A request on its way. It goes out again after 250 ms, three times, then every second while the daemon is there.
OscineRequest {
	var <id, <address, <args, action, <onFail, <madeAt, <sentAt = 0, times = 0, items, kinds;
	*new { |id, address, args, action, onFail| ^super.newCopyArgs(id, address, args, action, onFail).init }
	init { madeAt = Main.elapsedTime; items = Order.new; kinds = Order.new }
	sent { |now| sentAt = now; times = times + 1 }
	waitLonger { times = 5 }
	patience { ^if(times > 3) { 1 } { 0.25 } }
	// Items of a list may come twice, when the list was asked for again: kind and number tell them apart.
	item { |kind, values|
		var offset = switch(kind, "model.about", { 0 }, "model.method", { 1 + values[0].asInteger }, "model.attribute", { 100000 + values[0].asInteger }, { values[0].asInteger });
		items[offset] = values;
		kinds[offset] = kind
	}
	done { |values| action.value(values, items.asArray, kinds.asArray) }
}
