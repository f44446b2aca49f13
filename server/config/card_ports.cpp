#include <algorithm>
#include <cmath>
#include <set>

#include "server/config/parts.hpp"

namespace server {
namespace {

constexpr long long kMaxPorts = 4096;
constexpr long long kMaxWireInteger = 1 << 24;  // every integer on the wire stays within, so that a float32 holds it

/// A name that stands in sentences and on the wire: one line, no more than 64 bytes.
void check_port_name(const MapReader& reader, const std::string& name) {
  const bool good = !name.empty() && name.size() <= 64 && name.find_first_of("\n\t ") == std::string::npos;
  if (!good) reader.refuse(reader.required("name"), "a name without spaces (1..64 bytes)");
}

template <class Ranged>
void read_range(const MapReader& reader, Ranged& out) {
  reader.number("min", out.min);
  reader.number("max", out.max);
  if (out.min < out.max) return;
  const Node* node = reader.find("max") ? reader.find("max") : reader.find("min");
  reader.refuse(*node, "a max above the min");
}

models::Port read_port(const Node& node, const std::string& path, const KeyTable& table) {
  Node as_map = node;
  if (node.is(Node::Kind::kText)) {  // a bare name
    as_map = Node{Node::Kind::kMap, node.line, false, node.key, "", {node}};
    as_map.items.front().key = "name";
  }
  const MapReader reader(as_map, path, table);
  models::Port port;
  reader.required("name");
  reader.text("name", port.name);
  check_port_name(reader, port.name);
  reader.text("unit", port.unit);
  read_range(reader, port);
  port.initial = std::clamp(port.initial, port.min, port.max);
  if (const Node* initial = reader.find("default")) {
    reader.number("default", port.initial);
    const bool inside = std::isfinite(port.initial) && port.initial >= port.min && port.initial <= port.max;
    if (!inside) reader.refuse(*initial, "a number between min and max");
  }
  return port;
}

/// One element of an attribute: the letter says as what.
models::Value read_value(const Node& node, char type, const models::AttributeCard& card, const std::string& path) {
  const auto refuse = [&](const std::string& expected) {
    throw Problem{node.line, path + " is " + shown(node) + "; " + expected + " is expected"};
  };
  if (type == 's') {
    if (!node.is(Node::Kind::kText)) refuse("a text");
    return node.text;
  }
  long long whole = 0;
  double number = 0;
  if (type == 'i' && (!as_whole(node, whole) || std::abs(whole) > kMaxWireInteger)) {
    refuse("a whole number within ±16777216");
  }
  if (type == 'f' && (!as_number(node, number) || !std::isfinite(number))) refuse("a number");
  const float value = type == 'i' ? static_cast<float>(whole) : static_cast<float>(number);
  if (value < card.min || value > card.max) refuse("a number between min and max");
  if (type == 'i') return static_cast<std::int32_t>(whole);
  return value;
}

void read_initial(const MapReader& reader, models::AttributeCard& card) {
  const Node* node = reader.find("default");
  if (!node) return;
  const bool list = node->is(Node::Kind::kList);
  const std::size_t count = list ? node->items.size() : 1;
  if (count != card.types.size()) {
    throw Problem{node->line, reader.path("default") + " has " + std::to_string(count) + " values; " +
                                  std::to_string(card.types.size()) + " are expected, one for each letter of types"};
  }
  for (std::size_t i = 0; i < count; ++i) {
    const Node& element = list ? node->items[i] : *node;
    card.initial.push_back(read_value(element, card.types[i], card, reader.path("default")));
  }
}

models::AttributeCard read_attribute(const Node& node, const std::string& path) {
  const MapReader reader(node, path, kAttributeKeys);
  models::AttributeCard card;
  reader.required("name");
  reader.text("name", card.name);
  check_port_name(reader, card.name);
  reader.text("types", card.types);
  const bool good =
      !card.types.empty() && card.types.size() <= 64 && card.types.find_first_not_of("ifs") == std::string::npos;
  if (!good) reader.refuse(*reader.find("types"), "one letter (i f s) for each element, 64 at most,");
  if (card.types.find_first_of("if") == std::string::npos) {
    for (const auto* key : {"min", "max"}) {
      if (const Node* limit = reader.find(key)) {
        throw Problem{limit->line,
                      reader.path(key) + " has no meaning for texts (types " + in_quotes(card.types) + ")"};
      }
    }
  }
  read_range(reader, card);
  read_initial(reader, card);
  return card;
}

std::vector<models::Port> numbered_ports(long long count) {
  std::vector<models::Port> ports(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < ports.size(); ++i) ports[i].name = std::to_string(i);
  return ports;
}

}  // namespace

std::vector<models::Port> read_ports(const MapReader& reader, std::string_view key, const KeyTable& table) {
  const std::string expected = "a list of ports or their count, 1..4096,";
  const Node& node = reader.required(key);
  long long count = 0;
  if (as_whole(node, count)) {
    if (count < 1 || count > kMaxPorts) reader.refuse(node, expected);
    return numbered_ports(count);
  }
  if (!node.is(Node::Kind::kList)) reader.refuse(node, expected);
  if (node.items.empty() || node.items.size() > kMaxPorts) {
    throw Problem{node.line,
                  reader.path(key) + " has " + std::to_string(node.items.size()) + " entries; 1..4096 are expected"};
  }
  std::vector<models::Port> ports;
  std::set<std::string> names;
  for (const Node& item : node.items) {
    const std::string path = reader.path(key) + "[" + std::to_string(ports.size()) + "]";
    ports.push_back(read_port(item, path, table));
    if (!names.insert(ports.back().name).second) {
      throw Problem{item.line, path + " has the name " + in_quotes(ports.back().name) + " a second time"};
    }
  }
  return ports;
}

std::vector<models::AttributeCard> read_attributes(const Node& node, const std::string& path) {
  if (node.is(Node::Kind::kNull)) return {};
  if (!node.is(Node::Kind::kList))
    throw Problem{node.line, path + " is " + shown(node) + "; a list of attributes is expected"};
  std::vector<models::AttributeCard> attributes;
  std::set<std::string> names;
  for (const Node& item : node.items) {
    const std::string where = path + "[" + std::to_string(attributes.size()) + "]";
    attributes.push_back(read_attribute(item, where));
    if (!names.insert(attributes.back().name).second) {
      throw Problem{item.line, where + " has the name " + in_quotes(attributes.back().name) + " a second time"};
    }
  }
  return attributes;
}

}  // namespace server
