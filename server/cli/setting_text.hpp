#pragma once
#include <string>

#include "models/melody.hpp"
#include "models/model.hpp"

namespace server {

/// "name=values" to where it belongs: a setting of the stream, or an attribute of the model, which knows what to say
/// about a name that is neither. Fails: kUnknown, kMalformed, kModelFailed.
base::Status set_by_text(const models::Model& model, models::Instance& instance, models::Stream& stream,
                         const std::string& text);

/// The same for a melody. Fails: kUnknown, kMalformed.
base::Status set_by_text(const models::Model& model, models::MelodySettings& settings, const std::string& text);

/// An attribute of the model from a time on.
/// @param time  "3.2s", "3200ms", or frames of the input: "141120".  @param rate  frames of the input per second.
/// Fails: kMalformed, and as models::Stream::set_at.
base::Status set_by_text_at(const models::Model& model, models::Stream& stream, double rate, const std::string& time,
                            const std::string& text);

}  // namespace server
