#pragma once
#include <prometheus/metric_family.h>

#include <optional>
#include <vector>

#include "server/core/figures.hpp"

namespace server {

/// The figures under the names that docs/running.md lists. Without figures [net] did not answer: `oscine_up` is 0, and
/// of the process only what the system knows. Thread: [any].
std::vector<prometheus::MetricFamily> families_of(const std::optional<Figures>& figures);

}  // namespace server
