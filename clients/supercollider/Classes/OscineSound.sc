// What OscineStream and OscineClassifier share: a session that is sent the sound of a bus, or of a Buffer, on the axis of the
// server's clock.
OscineSound : OscineSession {
	var <server, <clock, <in, <target, <input, <ready = false, count = 0, <ahead, <>margin = 0.1, <begins, latest, tick;

	initSound { |aModel, aMethod, anOscine, aServer, anIn, aTarget|
		server = aServer ? Server.default;
		in = anIn;
		target = aTarget;
		this.initSession(aModel, aMethod, anOscine ?? { Oscine.default }, 48000, "samples");
		OscineClock.for(server).whenRunning { |aClock|
			clock = aClock;
			rate = clock.rate;
			this.open
		}
	}

	// ms between a position and what is made of it. Without it: what the model needs to have heard, and `margin`.
	lookahead { |ms| latest = ms; super.lookahead(ms); this.chooseAhead }
	chooseAhead { ahead = (latest !? { latest / 1000 * rate } ?? { if(opened.isNil) { 0 } { (opened[8] ? 0) + (margin * rate) } }).round }

	inChannels { ^opened !? { opened[2].max(1) } ? 1 }

	// A message of frames for a position, channels interleaved.
	send { |position, values|
		if(number.isNil) { ^this };
		begins = begins ? position; // windows are counted from there
		count = count % 16777215 + 1;
		oscine.send("/frames", number, count, *(this.split(position) ++ [this.inChannels] ++ values))
	}

	// action gets what becomes of a whole Buffer, by a session of its own with the same settings; positions are frames of the Buffer.
	process { |buffer, action, onFail|
		var begin = { |values|
			OscineFeed(this.class, model, method, oscine, buffer.sampleRate, values, buffer.numChannels, settings,
				{ |feed| this.class.finished(feed, buffer.server, action) }, onFail ? failAction)
		};
		if(buffer.server.isLocal) { buffer.loadToFloatArray(action: begin) } { buffer.getToFloatArray(timeout: 30, action: begin) }
	}

	close { this.release; super.close }
	free { this.close }

	// private

	prepare {
		count = 0;
		begins = nil;
		this.chooseAhead;
		if(in.notNil and: { input.isNil }) { input = OscineIn(clock, in, this.inChannels, { |position, values| this.send(position, values) }, target) };
		this.sounding;
		ready = true
	}

	sounding { }
	release { input !? { input.free; input = nil } }
}
