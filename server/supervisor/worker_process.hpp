#pragma once
#include "base/result.hpp"
#include "models/isolate.hpp"

namespace server {

/// Starts this program again as `oscine worker`, with a board of its own, so that a fault is told from a kill.
models::StartWorker worker_starter();

/// What `oscine worker` does. @param descriptors  its board, then what models::work takes
/// Fails: kMalformed. Thread: [main].
base::Status run_worker(const std::vector<int>& descriptors);

}  // namespace server
