// oscine status: how a running daemon is, and what it serves.
#include <iostream>

#include "protocol/schema.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/json.hpp"
#include "server/cli/osc_peer.hpp"
#include "server/cli/table.hpp"

namespace server {

namespace {

using protocol::MessageView;

struct Figures {
  std::int32_t uptime = 0, models = 0, sessions = 0, queued = 0, late = 0, refused = 0, restarts = 0, withheld = 0;
  float cpu = 0, p50 = 0, p99 = 0;
};

struct Served {
  std::string name, kind, state;
  float rate = 0;
  bool isolated = false;  ///< in a process of its own
  std::int32_t falls = 0;
};

struct Answer {
  Figures figures;
  std::vector<Served> models;
};

/// A message of that address in its declared types; false for any other.
bool is(const MessageView& message, std::string_view address, protocol::Arguments& out) {
  const auto* entry = protocol::find(message.address);
  return entry != nullptr && entry->address == address && protocol::decode(*entry, message, out).has_value();
}

/// "/status" or "/models": each request that takes nothing but an id.
base::Status ask_for(OscPeer& peer, const std::string& address, const std::function<void(const MessageView&)>& each) {
  protocol::Writer writer;
  const auto id = peer.next_id();
  return peer.ask(writer.begin(std::string(protocol::kPrefix) + address).integer(id).end(), id, each);
}

base::Status ask_all(OscPeer& peer, Answer& answer) {
  protocol::Arguments a;
  if (auto said = peer.hello(); !said) return said;
  auto told = ask_for(peer, "/status", [&](const MessageView& message) {
    if (!is(message, "/status.reply", a)) return;
    answer.figures = {a.integer(1),
                      a.integer(2),
                      a.integer(3),
                      a.integer(4),
                      a.integer(8),
                      a.integer(9),
                      a.has(10) ? a.integer(10) : 0,
                      a.has(11) ? a.integer(11) : 0,
                      a.number(5),
                      a.number(6),
                      a.number(7)};
  });
  if (!told) return told;
  auto listed = ask_for(peer, "/models", [&](const MessageView& message) {
    if (!is(message, "/model.item", a)) return;
    answer.models.push_back({std::string(a.text(3)), std::string(a.text(4)), std::string(a.text(5)), a.number(6),
                             a.has(7) && a.integer(7) == 1, a.has(8) ? a.integer(8) : 0});
  });
  peer.bye();
  return listed;
}

std::string duration_text(std::int32_t seconds) {
  const auto two = [](std::int32_t part) { return (part < 10 ? "0" : "") + std::to_string(part); };
  return std::to_string(seconds / 3600) + ":" + two(seconds / 60 % 60) + ":" + two(seconds % 60);
}

void print_tables(const OscPeer& peer, const Answer& answer) {
  const auto& f = answer.figures;
  std::cout << "oscine " << printable(peer.version()) << " at " << peer.name() << ", up " << duration_text(f.uptime)
            << "\n\n";
  Table figures({"models", "sessions", "queued", "cpu", "p50", "p99", "late", "refused", "restarts", "withheld"});
  figures.add({std::to_string(f.models), std::to_string(f.sessions), std::to_string(f.queued), rounded(f.cpu) + " %",
               rounded(f.p50) + " ms", rounded(f.p99) + " ms", std::to_string(f.late), std::to_string(f.refused),
               std::to_string(f.restarts), std::to_string(f.withheld)});
  figures.print(std::cout);
  if (answer.models.empty()) return;
  std::cout << "\n";
  Table models({"model", "kind", "state", "process", "falls", "rate"});
  for (const auto& one : answer.models) {
    models.add({one.name, one.kind, one.state, one.isolated ? "its own" : "shared", std::to_string(one.falls),
                one.rate == 0 ? "-" : number_text(one.rate) + " Hz"});
  }
  models.print(std::cout);
}

void print_json(const OscPeer& peer, const Answer& answer) {
  const auto& f = answer.figures;
  JsonWriter json;
  json.open('{').key("daemon").text(peer.name()).key("version").text(peer.version()).key("uptime_s").whole(f.uptime);
  json.key("models_ready").whole(f.models).key("sessions").whole(f.sessions).key("queued").whole(f.queued);
  json.key("cpu_percent").number(f.cpu).key("p50_ms").number(f.p50).key("p99_ms").number(f.p99);
  json.key("late")
      .whole(f.late)
      .key("refused")
      .whole(f.refused)
      .key("restarts")
      .whole(f.restarts)
      .key("withheld")
      .whole(f.withheld)
      .key("models")
      .open('[');
  for (const auto& one : answer.models) {
    json.open('{').key("name").text(one.name).key("kind").text(one.kind).key("state").text(one.state);
    json.key("isolated").boolean(one.isolated).key("falls").whole(one.falls);
    json.key("model_rate").number(one.rate).close('}');
  }
  std::cout << json.close(']').close('}').str() << "\n";
}

}  // namespace

int status(const StatusOptions& options) {
  auto peer = OscPeer::open(options.daemon);
  if (!peer) return refuse(peer.error());
  Answer answer;
  if (const auto told = ask_all(*peer, answer); !told) return refuse(told.error());
  if (options.json) {
    print_json(*peer, answer);
  } else {
    print_tables(*peer, answer);
  }
  return 0;
}

}  // namespace server
