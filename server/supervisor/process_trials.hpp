#pragma once
#include <set>
#include <string>

#include "server/core/trials.hpp"
#include "server/log/log.hpp"

namespace server {

/// Trials in a process of this program. What is trusted, or has a process of its own anyway, is not tried; what was
/// loaded well before, by the contents of its file and what its card says to do with it, is not tried again.
/// Thread: [load].
class ProcessTrials final : public Trials {
 public:
  /// @param known  keys, of processes before this one
  ProcessTrials(Log& log, std::set<std::string> known) : log_(log), known_(std::move(known)) {}
  base::Status admit(const ModelConfig& config, const models::LoadOptions& options) override;
  std::string loaded(const ModelConfig& config) override;
  void rest() override { tryouts_.rest(); }

 private:
  Log& log_;
  std::set<std::string> known_;
  std::string key_;  // of the model last admitted; empty: it needed no trial
  models::Tryouts tryouts_;
};

}  // namespace server
