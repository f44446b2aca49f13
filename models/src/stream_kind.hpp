#pragma once
#include <memory>
#include <span>
#include <vector>

#include "kind.hpp"

namespace models {

/// What the script gave for so many frames: [1, out_channels, frames out] of numbers.
/// Fails: kModelFailed, in a sentence that says what came and what was expected.
base::Status check_stream_answer(const Method& method, std::size_t frames, const TensorOut& tensor);

/// Whole frames through one call of the script; as Kind::caller.
std::unique_ptr<Caller> stream_caller(std::span<const Method> methods);

/// What every stream of the kind can be told.
std::vector<AttributeCard> stream_settings(const Card& card, std::span<const Method> methods);

/// Samples of one call where nobody asked for another block: a multiple of what the method needs, 512 at least.
int usual_block(const Card& card, const Method& method);

}  // namespace models
