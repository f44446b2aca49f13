#include "server/core/falls.hpp"

#include <algorithm>

namespace server {

namespace {

Ending::Kind kind_of(models::Fall::Kind kind) {
  switch (kind) {
    case models::Fall::Kind::kCrash:
      return Ending::Kind::kFault;
    case models::Fall::Kind::kHang:
      return Ending::Kind::kHang;
    default:
      return Ending::Kind::kFromOutside;
  }
}

}  // namespace

std::string aside_text(const std::string& model) {
  return model + " crashed or hung its process " + std::to_string(Restarts::kFaultsOfModel) +
         " times and is put aside; mend it and send /oscine/v1/reload";
}

Falls::Next Falls::after(const std::string& model, const models::Fall& fall, base::Time now) {
  auto& restarts = one_[model].restarts;
  const auto after = restarts.after({kind_of(fall.kind), true, model}, now);
  Next next{after.pause, after.aside.has_value(), model + ": " + fall.text};
  if (fall.kind != models::Fall::Kind::kOutside) {
    next.text +=
        " (" + std::to_string(restarts.faults_of(model)) + " of " + std::to_string(Restarts::kFaultsOfModel) + ")";
  }
  if (!next.aside) next.text += "; " + again_text(next.pause);
  return next;
}

std::optional<base::Duration> Falls::after_failed_start(const std::string& model, base::Time now) {
  auto& one = one_[model];
  if (++one.tries >= kTries) return std::nullopt;
  return std::max<base::Duration>(one.restarts.after({Ending::Kind::kNoStart, false, ""}, now).pause,
                                  Restarts::kFirstPause);
}

}  // namespace server
