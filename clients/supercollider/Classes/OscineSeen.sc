// Which numbered messages came, modulo 2^24. `last` is the last one up to which there is no hole.
OscineSeen {
	const window = 16777216;
	var <last = 0, ahead;

	*new { ^super.new.clear }
	clear { last = 0; ahead = IdentityDictionary.new }

	// Takes a number. @return whether it comes for the first time; inOrder gets the items of those that are in order now.
	add { |number, item = true, inOrder|
		var next = last + 1 % window, found;
		if(ahead[number].notNil or: { (number - last).wrap(window / -2, window / 2) <= 0 }) { ^false };
		ahead[number] = item;
		while { (found = ahead.removeAt(next)).notNil } { last = next; next = last + 1 % window; inOrder.value(found) };
		^true
	}
}
