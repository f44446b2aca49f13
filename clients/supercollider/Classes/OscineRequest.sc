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
