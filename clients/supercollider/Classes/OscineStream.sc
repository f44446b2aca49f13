// A model that gives sound for sound. The sound of the bus `in` goes through it, and comes out on the bus `out` exactly
// `delay` samples later. Latents come to framesAction, and are sent with `send`.
OscineStream : OscineSound {
	var <out, <output, <>framesAction, <received = 0, lateNew = 0, lateWorst = 0;

	*new { |model, method = "default", oscine, server, in, out, target|
		^this.basicNew.initStream(model, method, oscine, server, in, out, target)
	}

	initStream { |aModel, aMethod, anOscine, aServer, anIn, anOut, aTarget|
		out = anOut;
		this.initSound(aModel, aMethod, anOscine, aServer, anIn, aTarget)
	}

	// Samples from what goes in to what comes out of it: the lookahead, and what the model itself adds.
	delay { ^if(opened.isNil) { nil } { ahead + opened[1] } }
	outChannels { ^opened !? { opened[4].max(1) } ? 1 }


	// What a feed of a whole Buffer gave: action gets a Buffer of the same length, or an array of latent frames.
	*finished { |feed, server, action|
		if(feed.outHop == 1) {
			Buffer.loadCollection(server, feed.sound.as(FloatArray), feed.opened[4], action: action)
		} { action.value(feed.latents) }
	}

	// private

	sounding {
		this.request("/format", ["floats"]);
		if(out.notNil and: { output.isNil }) { output = OscineOut(clock, out, this.outChannels, target, ahead + rate) }
	}

	release { super.release; output !? { output.free; output = nil } }

	frames { |message|
		var position = this.join(message[3], message[4]), values = message[6..], behind;
		received = received + 1;
		if(output.notNil) {
			behind = output.write(position + ahead, values);
			if(behind > 0) { this.tooLate(behind) }
		};
		framesAction !? { framesAction.value(position, values.clump(message[5])) }
	}

	// Told at most once for each half second.
	tooLate { |behind|
		lateNew = lateNew + 1;
		lateWorst = lateWorst.max(behind);
		this.changed(\late, behind);
		tick = tick ?? {
			SystemClock.sched(0.5, {
				if(number.notNil) { oscine.send("/late", number, lateNew, lateWorst.round.asInteger) };
				lateNew = lateWorst = 0;
				tick = nil
			});
			true
		}
	}
}
