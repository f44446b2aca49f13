#pragma once
#include "models/card.hpp"
#include "models/engine.hpp"
#include "pack.hpp"

namespace models {

/// A whole card, for another process of this program.
void put(Packer& out, const Card& card);
void get(Unpacker& in, Card& card);
/// What a file says of itself, the same way.
void put(Packer& out, const Script& script);
void get(Unpacker& in, Script& script);

}  // namespace models
