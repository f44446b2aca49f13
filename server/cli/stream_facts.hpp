#pragma once
#include <string>
#include <utility>
#include <vector>

#include "models/model.hpp"

namespace server {

/// What `oscine inspect` says about a model that streams, beyond what it says of every model: lines of a name and a
/// text.
std::vector<std::pair<std::string, std::string>> stream_facts(const models::Card& card, const models::Script& script,
                                                              const std::vector<models::Method>& methods);

/// "1 → 16 every 2048 samples, in blocks of 2048 samples or a multiple"
std::string stream_shape(const models::Method& method);

/// Milliseconds that a host lets what comes out sound after what went in, at least: a block, computing one as it took
/// here in 99 of 100 cases, and 10 ms for the network. @param samples  of the block
double recommended_lookahead_ms(const models::Card& card, const models::Method& method, int samples);

/// Samples of the block that a session begins with.
int usual_samples(const models::Card& card, const models::Method& method);

}  // namespace server
