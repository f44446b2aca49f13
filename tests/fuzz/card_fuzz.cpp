// Any bytes as a model card: a sentence of one line, or a card whose promises hold.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "server/config/config.hpp"

namespace {

void require(bool good) {
  if (!good) std::abort();
}

void check_ports(const std::vector<models::Port>& ports) {
  require(!ports.empty() && ports.size() <= 4096);
  for (const auto& port : ports) {
    require(!port.name.empty() && port.name.size() <= 64 && port.name.find('\0') == std::string::npos);
    require(port.min < port.max && port.initial >= port.min && port.initial <= port.max);
  }
}

void check(const models::Card& card) {
  require(!card.name.empty() && card.name.size() <= 64 && (card.file.empty() || card.file.is_absolute()));
  require(card.sha256.empty() || card.sha256.size() == 64);
  require(!card.methods.empty() && (card.engine != "torch" || !card.file.empty()));
  for (const auto& method : card.methods) {
    check_ports(method.inputs);
    check_ports(method.outputs);
  }
  for (const auto& attribute : card.attributes) {
    require(attribute.min < attribute.max && !attribute.types.empty());
    require(attribute.initial.empty() || attribute.initial.size() == attribute.types.size());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const auto card = server::parse_card(text, "/nonexistent/folder/card.yaml");
  if (card) {
    check(*card);
  } else {
    require(card.error().message.find('\n') == std::string::npos && card.error().message.size() < 4096);
  }
  return 0;
}
