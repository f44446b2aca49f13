#include "server/cli/stream_facts.hpp"

#include <algorithm>
#include <numeric>

#include "server/cli/text.hpp"

namespace server {

namespace {

constexpr int kLeastUsual = 512;  // as the daemon begins a session
constexpr double kNetworkMs = 10;
constexpr double kUnknownRate = 48000;  // for times of a model that has no rate of its own

std::string joined(const std::vector<std::string>& texts) {
  std::string out;
  for (const auto& text : texts) out += (out.empty() ? "" : ", ") + text;
  return out;
}

std::string rate_text(const models::Card& card, const models::Script& script) {
  if (card.model_rate <= 0) {
    return std::string("it says none, and runs at the session's") + (script.takes_rate ? " (which it is told)" : "");
  }
  const auto rate = number_text(static_cast<float>(card.model_rate)) + " Hz";
  return rate + (script.rate > 0 && !script.rate_from.empty() ? " (" + script.rate_from + ")" : " (its card)");
}

std::string latency_text(const models::Card& card) {
  if (card.stream.latency < 0) return "it does not say (a card's latency does)";
  return std::to_string(card.stream.latency) + " samples";
}

std::string other_rate_text(const models::Card& card) {
  switch (card.stream.other_rate) {
    case models::StreamCard::OtherRate::kWarn:
      return "run at the session's, with a warning";
    case models::StreamCard::OtherRate::kRefuse:
      return "refused";
    case models::StreamCard::OtherRate::kResample:
      break;
  }
  return "resampled";
}

}  // namespace

int usual_samples(const models::Card& card, const models::Method& method) {
  const int step = method.block * method.in_ratio;
  const int wanted = card.stream.block > 0 ? card.stream.block : kLeastUsual;
  return (wanted + step - 1) / step * step;
}

double recommended_lookahead_ms(const models::Card& card, const models::Method& method, int samples) {
  const double rate = card.model_rate > 0 ? card.model_rate : kUnknownRate;
  return 1000 * samples / rate + method.timing.p99.count() / 1000 + kNetworkMs;
}

std::string stream_shape(const models::Method& method) {
  const auto side = [](int channels, int ratio) {
    return std::to_string(channels) + (ratio == 1 ? "" : " every " + std::to_string(ratio) + " samples");
  };
  const int samples = method.block * method.in_ratio;
  return side(method.in_channels, method.in_ratio) + " → " + side(method.out_channels, method.out_ratio) +
         (samples == 1 ? ", in blocks of any length"
                       : ", in blocks of " + std::to_string(samples) + " samples or a multiple");
}

std::vector<std::pair<std::string, std::string>> stream_facts(const models::Card& card, const models::Script& script,
                                                              const std::vector<models::Method>& methods) {
  std::vector<std::pair<std::string, std::string>> facts;
  facts.emplace_back("convention",
                     script.convention.empty() ? "none (its card says how it streams)" : script.convention);
  if (!script.wrapped_in.empty()) facts.emplace_back("taken out of", script.wrapped_in);
  facts.emplace_back("rate", rate_text(card, script));
  facts.emplace_back("other rates", other_rate_text(card));
  facts.emplace_back("latency", latency_text(card));
  if (!script.buffers.empty()) facts.emplace_back("buffers", joined(script.buffers));
  if (!script.hidden.empty()) facts.emplace_back("hidden methods", joined(script.hidden));
  if (methods.empty()) return facts;
  const auto& first = methods.front();
  const int samples = usual_samples(card, first);
  facts.emplace_back("block", std::to_string(samples) + " samples, unless a session sets another");
  facts.emplace_back("lookahead", rounded(recommended_lookahead_ms(card, first, samples)) + " ms for " + first.name +
                                      ": a block, computing it, and 10 ms for the network");
  return facts;
}

}  // namespace server
