#pragma once
#include "models/card.hpp"

namespace bench {

/// Hears a file of 16-bit samples again and again, as one sound without an end: for each number of samples on standard
/// input so many more, and prints what that came to. Returns when the input ends. Fails: the exit code, 1 without a
/// sound.
int hear_sound(const models::Card& card, const char* sound);

/// Two bare threads, or more, at one UDP socket: each takes a datagram, decodes it, hears its window, answers. Prints
/// the port when it is warm, and runs until it is killed.
int serve_windows(const models::Card& card, int threads);

}  // namespace bench
