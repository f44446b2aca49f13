#pragma once
#include <torch/csrc/jit/api/module.h>

#include <string>

#include "models/engine.hpp"

namespace models {

/// A Neutone model (.nm) inside a module that streams as nn~ models do: forward [1, channels, frames], each knob an
/// attribute with set_ and get_. Fills `script`. False: it is no Neutone model, and nothing has changed.
/// @param metadata  the file's extra/metadata.json; empty: none
bool adapt_neutone(torch::jit::Module& module, const std::string& metadata, Script& script);

/// A script whose card gives it another shape, or more arguments, inside a module with the card's methods, each
/// [1, channels, frames] in and out.
/// Throws std::runtime_error where a method cannot be called so.
void adapt_plain(torch::jit::Module& module, const Card& card);

}  // namespace models
