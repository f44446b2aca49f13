// What can be asked of a daemon without a session.
+ Oscine {
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
}
