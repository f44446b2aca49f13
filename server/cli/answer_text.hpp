#pragma once
#include <string>
#include <string_view>

#include "models/card.hpp"

namespace server {

/// What a method of a model that listens gives, in a word; empty for one that takes numbers.
inline std::string_view answer_text(models::Answer answer) {
  switch (answer) {
    case models::Answer::kNumbers:
      return "";
    case models::Answer::kLabels:
      return "labels";
    case models::Answer::kFrames:
      return "frames";
    case models::Answer::kPitch:
      return "pitch";
    case models::Answer::kHits:
      return "hits";
    case models::Answer::kOnsets:
      return "onsets";
    case models::Answer::kStream:
      return "stream";
    case models::Answer::kNotes:
      return "notes";
  }
  return "";
}

/// "sound → labels", "notes → notes"; empty for one that takes numbers.
inline std::string heard_shape(models::Answer answer) {
  const std::string heard(answer_text(answer));
  if (heard.empty()) return heard;
  return (answer == models::Answer::kNotes ? "notes → " : "sound → ") + heard;
}

}  // namespace server
