// Some numbers in, a model's named parameters out. While an answer is awaited only the newest input is kept, so a slider never queues.
OscineParams {
	var <model, <oscine, <>action, <>failAction, <names, <values, <bus, next, busy = false;

	// action.(event): each output by its name.
	*new { |model = "synth-params", oscine, action| ^super.newCopyArgs(model.asString, oscine ?? { Oscine.default }, action) }

	// The model's inputs, each where its card says (0..1 where it says so).
	set { |...inputs| next = inputs.flat; this.go }

	at { |name| var i = names !? { names.indexOf(name.asSymbol) }; ^if(i.notNil and: { values.notNil }) { values[i] } }
	asEvent { var event = (); names.do { |name, i| event[name] = values[i] }; ^event }

	// Its outputs on control busses, in their order, from the next answer on; for synths that are mapped to them.
	toBus { |server, action|
		this.whenNamed {
			bus = bus ?? { Bus.control(server ? Server.default, names.size) };
			values !? { this.tell };
			action.value(bus)
		}
	}

	// Maps each control of a node that has the name of an output to that output's bus.
	map { |node| this.toBus(node.server) { names.do { |name, i| node.map(name, bus.index + i) } } }

	whenNamed { |action|
		if(names.notNil) { ^action.value };
		oscine.labels(model, { |all| names = all.collect(_.asSymbol); action.value }, { |code, text| this.fail(code, text) })
	}

	free { bus !? { bus.free; bus = nil } }

	// private

	go {
		var inputs = next;
		if(busy or: { inputs.isNil }) { ^this };
		busy = true;
		next = nil;
		this.whenNamed { oscine.ask(model, inputs, { |all| this.got(all) }, { |code, text| this.fail(code, text) }) }
	}

	got { |all|
		values = all;
		busy = false;
		bus !? { this.tell };
		action.value(this.asEvent);
		this.changed(\values);
		this.go
	}

	tell { bus.server.sendMsg("/c_setn", bus.index, values.size, *values) }

	fail { |code, text|
		busy = false;
		if(failAction.notNil) { failAction.value(code, text) } { oscine.tell(code, "/oscine/v1/ask", text) };
		this.go
	}
}
