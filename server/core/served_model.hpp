#pragma once
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/model.hpp"
#include "server/config/config.hpp"
#include "server/core/trials.hpp"
#include "server/core/work.hpp"

namespace server {

/// A model as it is served: loaded, with one light instance per thread where it has no state. Immutable but for the
/// instances, each of which belongs to its thread.
struct ServedModel {
  ModelConfig config;
  std::shared_ptr<const models::Model> model;
  std::vector<std::unique_ptr<models::Instance>> lanes;         ///< [workers + 1]; empty for a model with state
  std::shared_ptr<JobTime> time = std::make_shared<JobTime>();  ///< of its calls
  std::uint32_t number = 0;                                     ///< of all that were ever served, in that order
  std::string key = {};        ///< by which it is known from now on; empty: it was, or is not kept
  std::shared_ptr<Crew> crew;  ///< its own threads, where it has a process of its own

  /// It may answer this many numbers on the network thread: trusted, and as many calls of its measured p99.9 are within
  /// the budget.
  bool quick(std::size_t method, std::size_t numbers, std::chrono::microseconds budget) const {
    if (!config.trusted) return false;
    const auto& served = model->methods()[method];
    const auto call = static_cast<std::size_t>(std::max(served.in_channels * served.block, 1));
    const auto calls = static_cast<double>((numbers + call - 1) / call);
    return served.timing.runs > 0 && served.timing.p999 * std::max(calls, 1.0) <= budget;
  }
};

/// A session's own instance of a model with state; whoever holds it runs alone. `waiting` counts its jobs in the queue
/// or at work. Thread: [net], except `instance`, which belongs to the job at work.
struct Seat {
  std::shared_ptr<const ServedModel> served;
  std::unique_ptr<models::Instance> instance;
  std::size_t waiting = 0;
};

/// Loads, and prepares an instance per lane. Where `trials` are given, the model goes through them first.
/// Thread: [load].
base::Result<std::shared_ptr<ServedModel>> serve_model(const ModelConfig& config, Workers& workers,
                                                       models::LoadOptions options, Trials* trials);

}  // namespace server
