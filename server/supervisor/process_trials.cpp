#include "server/supervisor/process_trials.hpp"

#include <future>
#include <utility>

#include "models/engine.hpp"

namespace server {

base::Status ProcessTrials::admit(const ModelConfig& config, const models::LoadOptions& options) {
  key_.clear();
  if (config.trusted || config.card.isolate) return {};
  auto key = models::load_key(config.card);
  if (!key) return {};  // the load says what is amiss with its file
  if (known_.contains(*key)) return {};
  const auto began = base::Clock::now();
  // Meanwhile the engine is opened here: both take as long.
  auto tried = std::async(std::launch::async, [&] { return tryouts_.try_out(config.card, options); });
  (void)models::open_engine(config.card.engine);
  if (auto status = tried.get(); !status) return status;
  log_.line(Level::kDebug,
            {"model", {}, {}, base::Clock::now() - began, config.card.name + " was tried out in another process"});
  key_ = std::move(*key);
  return {};
}

std::string ProcessTrials::loaded(const ModelConfig&) {
  if (!key_.empty()) known_.insert(key_);
  return std::exchange(key_, {});
}

}  // namespace server
