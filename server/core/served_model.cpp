#include "server/core/served_model.hpp"

#include <optional>
#include <utility>

#include "models/fate.hpp"
#include "models/watch.hpp"

namespace server {

namespace {

using Served = base::Result<std::shared_ptr<ServedModel>>;

Served load(const ModelConfig& config, Workers& workers, const models::LoadOptions& options, bool apart) {
  std::optional<models::WatchedCall> watched;  // by the supervisor; who waits for another process watches it
  if (!apart) watched.emplace(config.card.name, options.longest);
  auto model = models::load(config.card, options);
  if (!model) return model.error();
  auto served = std::make_shared<ServedModel>();
  served->config = config;
  served->model = *model;
  if (!(*model)->stateful()) {
    for (std::size_t lane = 0; lane <= workers.count(); ++lane) {
      auto instance = (*model)->instance();
      if (!instance) return instance.error();
      served->lanes.push_back(std::move(*instance));
    }
  }
  if (apart) served->crew = workers.crew();
  return served;
}

}  // namespace

Served serve_model(const ModelConfig& config, Workers& workers, models::LoadOptions options, Trials* trials) {
  if (auto fate = models::next_fate()) return std::move(*fate);
  options.side_by_side = workers.count();
  const bool apart = config.card.isolate && options.start_worker;
  const auto admitted = trials != nullptr ? trials->admit(config, options) : base::Status();
  auto served = admitted ? load(config, workers, options, apart) : Served(admitted.error());
  if (served && trials != nullptr) (*served)->key = trials->loaded(config);
  if (!served && (apart || trials != nullptr)) models::tell_fate(served.error());
  return served;
}

}  // namespace server
