#include "server/record/comparison.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <utility>

#include "protocol/schema.hpp"
#include "server/record/packet_text.hpp"

namespace server {

namespace {

constexpr std::string_view kExcepted = "/oscine/v1/status.reply";

/// Arguments that tell how long something took on this machine, or which program said it.
std::set<std::size_t> measured(std::string_view address, bool same_version) {
  if (address == "/oscine/v1/model.method") return {9, 10};
  if (address == "/oscine/v1/model.state") return {2};
  if (address == "/oscine/v1/hello.reply" && !same_version) return {4};
  return {};
}

std::string address_of(const std::vector<std::byte>& packet) {
  const auto* text = reinterpret_cast<const char*>(packet.data());
  return {text, std::find(text, text + packet.size(), '\0')};
}

/// The request by its id, the session, or the address itself.
std::string belongs_to(const Said& said) {
  std::string line = said.to.text() + " by " + std::to_string(said.to.local_port) + " ";
  protocol::Malformed why;
  if (!protocol::validate(said.packet, kWidest, why)) return line;
  protocol::Reader().read(said.packet, [&line](const protocol::MessageView& message) {
    const auto* entry = protocol::find(message.address);
    if (entry == nullptr || entry->role != protocol::Role::kAnswer) line += message.address;
    const auto* number = message.arguments.empty() ? nullptr : std::get_if<std::int32_t>(&message.arguments.front());
    if (entry != nullptr && number != nullptr) line += " " + std::to_string(*number);
  });
  return line;
}

}  // namespace

void Comparison::then(Said said) {
  if (address_of(said.packet) == kExcepted) {
    ++result_.excepted;
    return;
  }
  ++result_.answers;
  auto& line = lines_[belongs_to(said)];
  if (line.now.empty()) return line.then.push_back(std::move(said));
  compare(std::move(said), std::move(line.now.front()));
  line.now.pop_front();
}

void Comparison::now(Said said) {
  if (address_of(said.packet) == kExcepted) return;
  auto& line = lines_[belongs_to(said)];
  if (line.then.empty()) return line.now.push_back(std::move(said));
  compare(std::move(line.then.front()), std::move(said));
  line.then.pop_front();
}

// As bytes; as text where a part of it is not to be compared. Floats are told exactly there.
void Comparison::compare(Said then, Said now) {
  const bool same = then.packet == now.packet || comparable(then) == comparable(now);
  ++(same ? result_.identical : result_.different);
  if (!same) show({std::move(then), std::move(now)});
}

std::string Comparison::comparable(const Said& said) const {
  const auto hidden = measured(address_of(said.packet), same_version_);
  protocol::Malformed why;
  if (hidden.empty() || !protocol::validate(said.packet, kWidest, why)) {
    return {reinterpret_cast<const char*>(said.packet.data()), said.packet.size()};
  }
  std::string text;
  protocol::Reader().read(said.packet, [&](const protocol::MessageView& message) {
    text = message_text(message, std::numeric_limits<std::size_t>::max(), hidden);
  });
  return text;
}

void Comparison::show(Difference difference) {
  if (result_.first.size() < kShown) result_.first.push_back(std::move(difference));
}

Compared Comparison::finish() {
  for (auto& [name, line] : lines_) {
    result_.missing += line.then.size();
    result_.more += line.now.size();
    for (auto& said : line.then) show({std::move(said), std::nullopt});
    for (auto& said : line.now) show({std::nullopt, std::move(said)});
  }
  lines_.clear();
  return std::move(result_);
}

}  // namespace server
