#include "server/core/synths.hpp"

#include <algorithm>

namespace server {

Synth::Synth(SynthConfig configured, NodeIds& nodes)
    : config(std::move(configured)),
      to{Ip::parse(config.to.host).value_or(Ip::loopback()), config.to.port, 0, 0},
      notes(config, nodes),
      set(config.set) {}

std::vector<std::shared_ptr<Synth>> Synths::configure(const std::vector<SynthConfig>& synths) {
  auto old = std::exchange(all_, {});
  for (const auto& config : synths) {
    const auto same = old.find(config.address);
    if (same != old.end() && same->second->config == config) {
      all_.insert(old.extract(same));
      continue;
    }
    all_[config.address] = std::make_shared<Synth>(config, nodes);
  }
  std::vector<std::shared_ptr<Synth>> gone;
  for (const auto& [address, synth] : old) gone.push_back(synth);
  return gone;
}

std::pair<std::shared_ptr<Synth>, std::string_view> Synths::find(std::string_view address) const {
  const auto slash = address.rfind('/');
  if (slash == std::string_view::npos) return {};
  const auto found = all_.find(address.substr(0, slash));
  if (found == all_.end()) return {};
  const auto verb = address.substr(slash + 1);
  const auto& verbs = SynthConfig::kVerbs;
  if (std::find(std::begin(verbs), std::end(verbs), verb) == std::end(verbs)) return {};
  return {found->second, verb};
}

std::vector<std::shared_ptr<Synth>> Synths::played_by(const Peer& from) const {
  std::vector<std::shared_ptr<Synth>> out;
  if (from.tcp()) return out;
  for (const auto& [address, synth] : all_) {
    if (key_of(synth->to) == key_of(from)) out.push_back(synth);
  }
  return out;
}

std::vector<std::string> Synths::addresses() const {
  std::vector<std::string> out;
  for (const auto& [address, synth] : all_) {
    for (const auto verb : SynthConfig::kVerbs) out.push_back(address + "/" + std::string(verb));
  }
  return out;
}

}  // namespace server
