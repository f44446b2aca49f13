// One attribute of a session, as a value with a ControlSpec: for a slider, a MIDI controller, a task.
OscineAttr {
	var <session, <name, <>action, <value, <types, <spec;

	// action.(value) whenever it is set here, or was asked for.
	*new { |session, name, action| ^super.newCopyArgs(session, name.asString, action) }

	value_ { |aValue|
		value = aValue;
		session.set(name, *this.typed(aValue.asArray));
		this.tell
	}

	get { |then| session.get(name, { |aValue| value = aValue; this.tell; then.value(aValue) }) }

	// 0..1, over the range that the model names.
	input_ { |x|
		if(spec.isNil) { ^this.whenKnown { if(spec.notNil) { this.input = x } { this.unlimited } } };
		this.value = spec.map(x)
	}
	input { ^spec !? { value !? { spec.unmap(value) } } }

	// action.(spec) once the model's own list of attributes has come; spec is nil where it has no limits.
	whenKnown { |then|
		session.oscine.info(session.model, { |about|
			var found = about[\attributes].detect { |a| a[2].asString == name };
			if(found.isNil) { this.fail(404, "% has no attribute %".format(session.model, name)) } {
				types = found[3].asString;
				if(found[4].abs < 1e38 and: { found[5].abs < 1e38 }) {
					spec = ControlSpec(found[4], found[5], \lin, if(types.first == $i) { 1 } { 0 })
				};
				then.value(spec)
			}
		}, { |code, text| this.fail(code, text) })
	}

	// private

	// As the model takes them, as far as it has said so.
	typed { |values|
		if(types.isNil) { ^values };
		^values.collect { |x, i|
			switch(types.clipAt(i), $i, { x.asInteger }, $f, { x.asFloat }, { x })
		}
	}

	tell { action.value(value); this.changed(\value, value) }
	unlimited { this.fail(400, "% of % has no limits: set its value".format(name, session.model)) }
	fail { |code, text| if(session.failAction.notNil) { session.failAction.value(code, text) } { session.oscine.tell(code, "/oscine/v1/model/info", text) } }
}
