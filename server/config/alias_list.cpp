#include <algorithm>
#include <optional>

#include "server/config/endpoint.hpp"
#include "server/config/parts.hpp"

namespace server {
namespace {

bool listens_on(const Config& config, int port) {
  return std::any_of(config.listen.begin(), config.listen.end(), [&](const Endpoint& e) { return e.port == port; });
}

/// "/synth/update@8001": what follows the last '@' is a port.
void read_key(const Node& node, const Config& config, Alias& alias) {
  const auto at = node.key.rfind('@');
  alias.address = node.key.substr(0, at);
  check_address(alias.address, node.line, "the alias");
  if (at == std::string::npos) return;
  const auto port = parse_endpoint(node.key.substr(at + 1));
  if (!port || !port->host.empty() || port->port == 0 || !listens_on(config, port->port)) {
    std::vector<std::string> ports;
    for (const Endpoint& endpoint : config.listen) ports.push_back(std::to_string(endpoint.port));
    throw Problem{node.line,
                  "the alias " + in_quotes(node.key) + " names a port that listen does not" + suggestion("", ports)};
  }
  alias.port = port->port;
}

const models::MethodCard& find_method(const MapReader& reader, const models::Card& card, const Alias& alias) {
  std::vector<std::string> names;
  for (const models::MethodCard& method : card.methods) {
    if (alias.method.empty() || alias.method == "default" || method.name == alias.method) return method;
    names.push_back(method.name);
  }
  const Node& node = *reader.find("method");
  throw Problem{node.line, reader.path("method") + " is " + shown(node) + ", which is no method of " +
                               in_quotes(card.name) + suggestion(alias.method, names)};
}

void read_send(const MapReader& reader, const models::MethodCard& method, Alias& alias) {
  const Node& node = reader.required("send");
  if (!node.is(Node::Kind::kMap) || node.items.empty()) reader.refuse(node);
  std::vector<std::string> outputs;
  for (const models::Port& port : method.outputs) outputs.push_back(port.name);
  for (const Node& item : node.items) {
    if (std::find(outputs.begin(), outputs.end(), item.key) == outputs.end()) {
      throw Problem{item.line, reader.path("send") + ": " + in_quotes(alias.model) + " has no output " +
                                   in_quotes(item.key) + suggestion(item.key, outputs)};
    }
    const std::string path = reader.path("send") + "." + one_line(item.key);
    if (!item.is(Node::Kind::kText)) {
      throw Problem{item.line, path + " is " + shown(item) + "; an address is expected"};
    }
    check_address(item.text, item.line, path);
    alias.send.emplace_back(item.key, item.text);
  }
}

}  // namespace

void check_address(const std::string& address, int line, const std::string& path, const std::string& what) {
  const auto refuse = [&](const std::string& why) {
    throw Problem{line, path + " " + in_quotes(address) + " is no address for " + what + ": " + why};
  };
  if (address.empty() || address.front() != '/') refuse("it has to begin with '/'");
  if (address.size() > 255) refuse("it is longer than 255 bytes");
  if (address.size() == 1 || address.back() == '/' || address.find("//") != std::string::npos) {
    refuse("a part between two '/' is empty");
  }
  for (const char c : address) {
    if (c <= ' ' || c > '~') refuse("printable ASCII without spaces is expected");
    if (std::string_view("#*,?[]{}").find(c) != std::string_view::npos) {
      refuse(std::string("'") + c + "' belongs to patterns");
    }
  }
  if (address == "/oscine" || address.starts_with("/oscine/")) refuse("/oscine/ is the daemon's own");
}

const models::Card& read_model_name(const MapReader& reader, const Config& config, std::string& name) {
  const Node& node = reader.required("model");
  reader.text("model", name);
  std::vector<std::string> names;
  for (const ModelConfig& model : config.models) {
    if (model.card.name == name) return model.card;
    names.push_back(model.card.name);
  }
  throw Problem{node.line, reader.path("model") + " is " + shown(node) + ", which is no model of models" +
                               suggestion(name, names)};
}

Destination read_to(const MapReader& reader, const Config& config) {
  const Node& node = reader.required("to");
  if (!node.is(Node::Kind::kText)) reader.refuse(node);
  const auto to = parse_destination(node.text);
  if (!to) throw Problem{node.line, reader.path("to") + ": " + to.error().message};
  const auto host = to->to_sender ? std::optional<Address>{} : parse_address(to->host);
  const bool here = to->to_sender || is_loopback(*host);
  // What we send ourselves would be answered by us, for ever.
  if (here && to->port != 0 && listens_on(config, to->port)) {
    throw Problem{node.line, reader.path("to") + " is " + shown(node) + ", a port of listen; choose another"};
  }
  if (!here && !is_allowed(*host, config.allow)) {
    throw Problem{node.line,
                  reader.path("to") + " is " + shown(node) + ", outside this machine; add '" + to->host + "' to allow"};
  }
  return *to;
}

std::vector<Alias> read_aliases(const Node& node, const Config& config) {
  if (node.is(Node::Kind::kNull)) return {};
  if (!node.is(Node::Kind::kMap)) {
    throw Problem{node.line, "aliases is " + shown(node) + "; a map from address to alias is expected"};
  }
  std::vector<Alias> aliases;
  for (const Node& item : node.items) {
    const MapReader reader(item, "aliases." + one_line(item.key), kAliasKeys);
    Alias alias;
    read_key(item, config, alias);
    const models::Card& card = read_model_name(reader, config, alias.model);
    reader.text("method", alias.method);
    read_send(reader, find_method(reader, card, alias), alias);
    alias.to = read_to(reader, config);
    aliases.push_back(std::move(alias));
  }
  return aliases;
}

}  // namespace server
