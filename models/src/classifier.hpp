#pragma once
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "kind.hpp"

namespace models {

/// What the card of a classifier comes to. Lengths are samples at the model's rate.
struct WindowPlan {
  std::int64_t window = 0;
  std::int64_t frames = 0;          ///< of the front end in one window; 0: the samples themselves
  std::int64_t width = 0;           ///< numbers of one such frame
  std::vector<std::int64_t> shape;  ///< of the tensor
  bool turned = false;              ///< the tensor has a row for each mel, not one for each frame
};

/// @param card  checked.
WindowPlan plan_of(const Card& card);

/// Windows that stand at 0, hop, 2 hop …: labels, frames, pitch.
bool answers_windows(Answer answer);
/// What stands at onsets: hits, onsets.
bool answers_onsets(Answer answer);

/// Fails: kModelFailed, when the card says what no classifier can be (classifier_card.cpp).
base::Status check_classifier(const Card& card);

/// classifier_way.cpp; as Kind::way.
base::Result<std::unique_ptr<Way>> classifier_way(const Card& card, std::span<const Method> methods, std::size_t method,
                                                  const StreamFormat& format, bool stateful);
/// Of every stream of the model: top, threshold, sensitivity, each where a method of the card has a use for it.
std::vector<AttributeCard> classifier_settings(const Card& card);

}  // namespace models
