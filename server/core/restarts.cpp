#include "server/core/restarts.hpp"

#include <algorithm>

namespace server {

Restarts::Next Restarts::after(const Ending& ending, base::Time now) {
  if (ending.kind == Ending::Kind::kFromOutside && ending.served) return {};
  if (now - last_ > kCalm) in_a_row_ = 0;
  last_ = now;
  Next next;
  if (in_a_row_ > 0) {
    const auto doublings = std::min(in_a_row_ - 1, 16);
    next.pause = std::min<base::Duration>(kFirstPause * (1 << doublings), kLongestPause);
  }
  ++in_a_row_;
  const bool own = ending.kind == Ending::Kind::kFault || ending.kind == Ending::Kind::kHang;
  if (own && !ending.model.empty() && ++faults_[ending.model] >= kFaultsOfModel) {
    next.aside = ending.model;
    next.pause = {};  // what made it fall is gone
    in_a_row_ = 0;
  }
  return next;
}

void Restarts::forgive(const std::string& model) { faults_.erase(model); }

int Restarts::faults_of(const std::string& model) const {
  const auto found = faults_.find(model);
  return found == faults_.end() ? 0 : found->second;
}

std::string again_text(base::Duration pause) {
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(pause).count();
  return ms == 0 ? "it starts again" : "it starts again in " + std::to_string(ms) + " ms";
}

}  // namespace server
