// oscine send: one message to a running daemon, and what comes back.
#include <iostream>
#include <optional>
#include <type_traits>

#include "protocol/schema.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/osc_peer.hpp"
#include "server/cli/text.hpp"

namespace server {

namespace {

using base::Error;
using base::ErrorCode;
using protocol::Entry;
using protocol::MessageView;
using protocol::Role;

constexpr auto kQuiet = std::chrono::milliseconds(200);

/// A message that is being put together.
struct Outgoing {
  std::string address;
  const Entry* entry = nullptr;  ///< its row in the schema, where it has one
  std::int32_t id = 0;           ///< of a request; 0: none, or one that wants no /done
  protocol::Writer writer;
};

/// A finite decimal number; "nan", "inf" and hexadecimal stay texts.
std::optional<double> as_number(const std::string& text) {
  if (text.empty() || text.find_first_not_of("0123456789+-.eE") != std::string::npos) return std::nullopt;
  if (text.find_first_of("0123456789") == std::string::npos) return std::nullopt;
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (*end != '\0' || !std::isfinite(static_cast<float>(value))) return std::nullopt;
  return value;
}

/// A whole number, written as one, that every host reads exactly.
std::optional<std::int64_t> as_whole(const std::string& text) {
  if (text.find_first_of(".eE") != std::string::npos) return std::nullopt;
  const auto value = as_number(text);
  if (!value || std::abs(*value) > base::kWireMax) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

/// What the text looks like: i, f or s.
char guess(const std::string& text) { return as_whole(text) ? 'i' : as_number(text) ? 'f' : 's'; }

/// What the schema declares, as far as the text can be that; the daemon explains the rest better than we could.
char declared(const Entry& entry, std::size_t index, const std::string& text) {
  const auto& parameters = entry.parameters;
  if (parameters.empty()) return guess(text);
  const auto last = parameters.size() - 1;
  if (index > last && !parameters[last].repeats) return guess(text);
  const char type = parameters[std::min(index, last)].type;
  if (type == 's') return 's';
  if ((type == 'f' || type == 'a') && as_number(text)) return 'f';
  return guess(text);
}

base::Status add(protocol::Writer& writer, char type, const std::string& text, std::size_t index) {
  const auto refused = [&](const std::string& expected) {
    return Error{ErrorCode::kMalformed, "argument " + std::to_string(index + 1) + " is '" + printable(text) + "'; " +
                                            expected + " is expected"};
  };
  if (type == 's') {
    writer.text(text);
  } else if (type == 'f') {
    const auto value = as_number(text);
    if (!value) return refused("a number");
    writer.number(*value);
  } else {
    const auto value = as_whole(text);
    if (!value) return refused("a whole number from -16777216 to 16777216");
    writer.integer(*value);
  }
  return {};
}

base::Status check_types(const SendOptions& options) {
  const auto& types = options.types;
  if (types.find_first_not_of("ifs") != std::string::npos) {
    return Error{ErrorCode::kMalformed, "--types takes the letters i, f and s, and is '" + printable(types) + "'"};
  }
  if (types.empty() || types.size() == options.arguments.size()) return {};
  return Error{ErrorCode::kMalformed, "--types has " + std::to_string(types.size()) + " letters for " +
                                          std::to_string(options.arguments.size()) + " arguments"};
}

bool takes_id(const Entry* entry) { return entry == nullptr || entry->role != Role::kStream; }

/// A short address stands for /oscine/v1/… and gets an id; one that begins with '/' goes out as it is.
base::Status compose(const SendOptions& options, OscPeer& peer, Outgoing& out) {
  const bool is_short = !options.address.starts_with('/');
  out.address = is_short ? std::string(protocol::kPrefix) + "/" + options.address : options.address;
  if (out.address.size() > protocol::Limits{}.address) {
    return Error{ErrorCode::kMalformed, "the address is longer than 255 bytes"};
  }
  out.entry = protocol::find(out.address);
  out.writer.begin(out.address);
  const bool own_id = is_short && takes_id(out.entry);
  if (own_id) out.writer.integer(out.id = peer.next_id());
  for (std::size_t i = 0; i < options.arguments.size(); ++i) {
    const auto& text = options.arguments[i];
    const char found =
        is_short && out.entry != nullptr ? declared(*out.entry, i + (own_id ? 1 : 0), text) : guess(text);
    if (auto added = add(out.writer, options.types.empty() ? found : options.types[i], text, i); !added) return added;
  }
  const bool full_request = !is_short && out.address.starts_with("/oscine/") && takes_id(out.entry);
  if (full_request && !options.arguments.empty()) {
    out.id = static_cast<std::int32_t>(as_whole(options.arguments.front()).value_or(0));
  }
  return {};
}

std::string argument_text(const protocol::Argument& argument) {
  return std::visit(
      [&](const auto& value) -> std::string {
        using T = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::string_view>) {
          const auto text = printable(value);
          return text.empty() || text.find(' ') != std::string::npos ? "\"" + text + "\"" : text;
        } else if constexpr (std::is_same_v<T, bool>) {
          return value ? "true" : "false";
        } else if constexpr (std::is_same_v<T, float> || std::is_same_v<T, double>) {
          return number_text(static_cast<float>(value));
        } else if constexpr (std::is_same_v<T, std::int32_t> || std::is_same_v<T, std::int64_t>) {
          return std::to_string(value);
        } else if constexpr (std::is_same_v<T, protocol::Blob>) {
          return "(" + std::to_string(value.bytes.size()) + " bytes)";
        } else {
          return "(" + std::string(protocol::name_of(argument)) + ")";
        }
      },
      argument);
}

void print(const MessageView& message) {
  std::cout << message.address;
  for (const auto& argument : message.arguments) std::cout << ' ' << argument_text(argument);
  std::cout << std::endl;
}

/// Prints what belongs to the request, up to its end. A `/fail` is printed as any answer, and is the exit code.
int ask(OscPeer& peer, Outgoing& message) {
  bool failed = false;
  const auto status = peer.ask(message.writer.end(), message.id, [&](const MessageView& answer) {
    print(answer);
    failed = answer.address == kFail;
  });
  if (status || failed) return failed ? 1 : 0;
  if (status.error().code != ErrorCode::kGone) return refuse(status.error());
  return refuse({ErrorCode::kGone, "no answer from " + peer.name() + " in time; --timeout waits longer"});
}

/// Without an id only the next thing tells that this one is done: prints all that comes before /sync is answered.
int send_unanswered(OscPeer& peer, Outgoing& message) {
  if (const auto sent = peer.send(message.writer.end()); !sent) return refuse(sent.error());
  protocol::Writer writer;
  const auto id = peer.next_id();
  if (const auto sent = peer.send(writer.begin("/oscine/v1/sync").integer(id).end()); !sent)
    return refuse(sent.error());
  bool failed = false;
  const auto ended = peer.receive(peer.deadline(), [&](const MessageView& answer) {
    if (ends(answer, id)) return true;
    print(answer);
    failed = failed || answer.address == kFail;
    return false;
  });
  if (!ended || !*ended) return refuse(ended ? peer.nobody() : ended.error());
  return failed ? 1 : 0;
}

/// Prints what comes, until nothing has come for a moment.
int listen(OscPeer& peer, Outgoing& message) {
  if (const auto sent = peer.send(message.writer.end()); !sent) return refuse(sent.error());
  bool heard = false, failed = false;
  for (auto until = peer.deadline();; until = base::Clock::now() + kQuiet) {
    const auto came = peer.receive(until, [&](const MessageView& answer) {
      print(answer);
      failed = failed || answer.address == kFail;
      return heard = true;
    });
    if (!came) return refuse(came.error());
    if (!*came) break;
  }
  if (heard) return failed ? 1 : 0;
  return refuse({ErrorCode::kGone, printable(message.address) + " was sent, and nothing came back to port " +
                                       std::to_string(peer.port()) + "; an alias answers at the port of its `to`: " +
                                       "--listen PORT hears that one"});
}

}  // namespace

int send(const SendOptions& options) {
  if (const auto checked = check_types(options); !checked) return refuse(checked.error());
  auto peer = OscPeer::open(options.daemon, options.listen);
  if (!peer) return refuse(peer.error());
  Outgoing message;
  if (const auto composed = compose(options, *peer, message); !composed) return refuse(composed.error());
  if (const auto greeted = peer->hello(); !greeted) return refuse(greeted.error());
  const bool ours = message.address.starts_with("/oscine/");
  const int code = !ours             ? listen(*peer, message)
                   : message.id != 0 ? ask(*peer, message)
                                     : send_unanswered(*peer, message);
  peer->bye();
  return code;
}

}  // namespace server
