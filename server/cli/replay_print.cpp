#include "server/cli/replay_print.hpp"

#include <cstdio>

#include "server/cli/json.hpp"
#include "server/cli/table.hpp"
#include "server/record/packet_text.hpp"
#include "server/record/run_reader.hpp"

namespace server {

namespace {

std::string seconds(std::int64_t nanoseconds) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6f", static_cast<double>(nanoseconds) / 1e9);
  return text;
}

std::string where(const Peer& peer) { return peer.text() + (peer.tcp() ? " #" + std::to_string(peer.connection) : ""); }

void line(std::ostream& out, std::int64_t at, std::string_view arrow, const std::string& peer,
          const std::string& text) {
  const auto time = seconds(at);
  out << std::string(12 - std::min<std::size_t>(12, time.size()), ' ') << time << "  " << arrow << "  ";
  out << peer << (peer.empty() ? "" : "  ") << text << "\n";
}

void print_event(const RecordedEvent& event, std::ostream& out) {
  const auto& cause = event.cause;
  if (cause.kind == RecordKind::kArrived) line(out, cause.at, "→", where(cause.peer), packet_text(cause.packet));
  if (cause.kind == RecordKind::kConnected) line(out, cause.at, "→", where(cause.peer), "connected");
  if (cause.kind == RecordKind::kDisconnected) line(out, cause.at, "→", where(cause.peer), "disconnected");
  if (cause.kind == RecordKind::kReconfigured) line(out, cause.at, "·", "", "read again: " + printable(cause.name));
  if (cause.kind == RecordKind::kClosing) line(out, cause.at, "·", "", "the doors close");
  if (event.model) line(out, cause.at, "·", "", printable(event.model->name) + " is ready");
  for (const auto& left : event.left) line(out, cause.at, "←", where(left.peer), packet_text(left.packet));
}

std::string told(const std::optional<Said>& said) { return said ? packet_text(said->packet) : "nothing"; }

const Said& either(const Difference& difference) { return difference.then ? *difference.then : *difference.now; }

}  // namespace

int print_recording(std::istream& in, std::ostream& out) {
  RunReader run(in);
  if (const auto opened = run.open(); !opened) return refuse(opened.error());
  out << "oscine " << printable(run.about("version")) << " (" << printable(run.about("commit")) << "), began "
      << printable(run.about("began")) << ", " << printable(run.config().name) << "\n";
  while (const auto event = run.next()) print_event(*event, out);
  if (run.complete()) return 0;
  return refuse({base::ErrorCode::kMalformed, run.fault() + "; that is all there is"});
}

void print_replayed(const Replayed& replayed, std::ostream& out) {
  const auto& compared = replayed.compared;
  out << "oscine " << printable(replayed.version) << " (" << printable(replayed.commit) << "), began "
      << printable(replayed.began) << ", " << seconds(replayed.lasted) << " s\n";
  Table table;
  const auto row = [&table](std::string_view name, std::uint64_t count, std::string_view what) {
    table.add({std::string(name), std::to_string(count), std::string(what)});
  };
  row("packets", replayed.packets, "that arrived");
  row("requests", replayed.requests, "in them");
  row("answers", compared.answers, "that left, with events and pushes");
  row("identical", compared.identical, "");
  row("different", compared.different, "");
  row("missing", compared.missing, "said then, and not now");
  row("more", compared.more, "said now, and not then");
  row("not compared", compared.excepted, "/oscine/v1/status.reply");
  table.print(out, "  ");
  for (const auto& difference : compared.first) {
    out << seconds(either(difference).at) << "  " << where(either(difference).to) << "\n";
    out << "  then  " << told(difference.then) << "\n  now   " << told(difference.now) << "\n";
  }
  for (const auto& note : replayed.notes) out << "note: " << printable(note) << "\n";
}

std::string json_of(const Replayed& replayed) {
  JsonWriter json;
  const auto& compared = replayed.compared;
  const auto whole = [&json](std::string_view name, std::uint64_t value) {
    json.key(name).whole(static_cast<std::int64_t>(value));
  };
  json.open('{').key("version").text(replayed.version).key("commit").text(replayed.commit);
  json.key("began").text(replayed.began).key("seconds").literal(seconds(replayed.lasted));
  whole("events", replayed.events);
  whole("packets", replayed.packets);
  whole("requests", replayed.requests);
  whole("answers", compared.answers);
  whole("identical", compared.identical);
  whole("different", compared.different);
  whole("missing", compared.missing);
  whole("more", compared.more);
  whole("notCompared", compared.excepted);
  json.key("differences").open('[');
  for (const auto& difference : compared.first) {
    json.open('{').key("at").literal(seconds(either(difference).at)).key("to").text(where(either(difference).to));
    json.key("then").text(told(difference.then)).key("now").text(told(difference.now)).close('}');
  }
  json.close(']').key("notes").open('[');
  for (const auto& note : replayed.notes) json.text(note);
  return json.close(']').close('}').str();
}

}  // namespace server
