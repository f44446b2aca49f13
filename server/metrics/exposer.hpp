#pragma once
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "server/config/config.hpp"
#include "server/core/figures.hpp"

namespace server {

/// Serves the figures to a monitoring system: http://127.0.0.1:PORT/metrics, the text form of Prometheus. A library's
/// threads wait for the callers, never [net]. Thread: [net] makes and ends it.
class MetricsExposer {
 public:
  /// Asks [net] for the figures of this moment; empty when it did not say in time. Called on the library's threads.
  using Ask = std::function<std::optional<Figures>()>;
  static constexpr auto kPatience = std::chrono::seconds(1);

  /// Fails: kForbidden in one sentence when the port cannot be opened.
  static base::Result<std::unique_ptr<MetricsExposer>> open(const Endpoint& endpoint, Ask ask);
  virtual ~MetricsExposer() = default;
  /// "http://127.0.0.1:9770/metrics", with the port that it got.
  virtual std::string url() const = 0;
};

}  // namespace server
