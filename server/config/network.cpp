#include <algorithm>

#include "server/config/endpoint.hpp"
#include "server/config/parts.hpp"

namespace server {
namespace {

Endpoint read_endpoint(const Node& node, const std::string& path) {
  const std::string expected = "7770, \"127.0.0.1:7770\" or \"[::1]:7770\"";
  if (!node.is(Node::Kind::kText)) {
    throw Problem{node.line, path + " is " + shown(node) + "; " + expected + " is expected"};
  }
  const auto endpoint = parse_endpoint(node.text);
  if (!endpoint) throw Problem{node.line, path + ": " + endpoint.error().message};
  return *endpoint;
}

void read_listen(const Node& node, Config& config) {
  config.listen.clear();
  const bool list = node.is(Node::Kind::kList);
  if (list && node.items.empty()) throw Problem{node.line, "listen is an empty list; a port is expected"};
  const std::size_t count = list ? node.items.size() : 1;
  if (count > 64) throw Problem{node.line, "listen has more than 64 entries"};
  for (std::size_t i = 0; i < count; ++i) {
    const Node& item = list ? node.items[i] : node;
    const Endpoint endpoint = read_endpoint(item, list ? "listen[" + std::to_string(i) + "]" : "listen");
    for (const Endpoint& other : config.listen) {
      if (clash(endpoint, other)) {
        throw Problem{item.line,
                      "listen: " + in_quotes(item.text) + " is covered by an earlier entry; one of them has to go"};
      }
    }
    config.listen.push_back(endpoint);
  }
}

void read_ranges(const Node& node, const std::string& key, std::vector<Range>& ranges) {
  for (const std::string& text : text_list(node, key, "an address range")) {
    auto range = parse_range(text);
    if (!range) throw Problem{node.line, key + ": " + range.error().message};
    ranges.push_back(std::move(*range));
  }
}

}  // namespace

void read_metrics(const Node& node, Config& config) {
  const MapReader reader(node, "metrics", kMetricsKeys);
  const Node* listen = reader.find("listen");
  if (listen == nullptr || (listen->quoted && listen->text.empty())) return;
  const auto endpoint = read_endpoint(*listen, "metrics.listen");
  if (!is_loopback(endpoint)) {
    throw Problem{listen->line, "metrics.listen: " + in_quotes(endpoint.host) +
                                    " can be reached from outside this machine; name a port alone, and let a proxy "
                                    "that asks for a password pass it on"};
  }
  for (const Endpoint& other : config.listen) {
    if (endpoint.port == 0 || endpoint.port != other.port) continue;
    throw Problem{listen->line, "metrics.listen is " + in_quotes(std::to_string(endpoint.port)) +
                                    ", a port of listen; choose another"};
  }
  config.metrics.listen = endpoint;
}

void read_network(const MapReader& reader, Config& config) {
  const Node* listen = reader.find("listen");
  if (listen) read_listen(*listen, config);
  if (const Node* allow = reader.find("allow")) read_ranges(*allow, "allow", config.allow);
  if (const Node* known = reader.find("known")) read_ranges(*known, "known", config.known);
  for (const Endpoint& endpoint : config.listen) {
    if (is_loopback(endpoint) || !config.allow.empty()) continue;
    throw Problem{listen ? listen->line : 0,
                  "listen: " + in_quotes(endpoint.host) +
                      " can be reached from outside this machine; say who may send, for example: "
                      "allow: [192.168.1.0/24]"};
  }
  reader.whole("reply_port", config.reply_port);
  for (const Endpoint& endpoint : config.listen) {
    if (config.reply_port == 0 || endpoint.port != config.reply_port) continue;
    throw Problem{reader.find("reply_port")->line, "reply_port is " + in_quotes(std::to_string(config.reply_port)) +
                                                       ", a port of listen; choose another"};
  }
}

}  // namespace server
