#pragma once
#include "models/card.hpp"
#include "pack.hpp"

namespace models {

/// A whole card, for another process of this program.
void put(Packer& out, const Card& card);
void get(Unpacker& in, Card& card);

}  // namespace models
