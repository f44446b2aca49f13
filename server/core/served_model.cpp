#include "server/core/served_model.hpp"

#include "models/watch.hpp"

namespace server {

namespace {
constexpr auto kLongestLoad = std::chrono::minutes(2);  // a slow disk and the largest model known, ten times over
}  // namespace

base::Result<std::shared_ptr<const ServedModel>> serve_model(const ModelConfig& config, std::size_t workers,
                                                             const models::LoadOptions& options) {
  const models::WatchedCall call(config.card.name, kLongestLoad);
  auto model = models::load(config.card, options);
  if (!model) return model.error();
  auto served = std::make_shared<ServedModel>();
  served->config = config;
  served->model = *model;
  if (!(*model)->stateful()) {
    for (std::size_t lane = 0; lane <= workers; ++lane) {
      auto instance = (*model)->instance();
      if (!instance) return instance.error();
      served->lanes.push_back(std::move(*instance));
    }
  }
  return std::shared_ptr<const ServedModel>(std::move(served));
}

}  // namespace server
