// oscine watch: what the sessions of a running daemon hear, live.
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <iostream>
#include <map>
#include <set>

#include "protocol/schema.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/osc_peer.hpp"
#include "server/cli/text.hpp"
#include "server/cli/watch_view.hpp"

namespace server {

namespace {

using base::Error;
using base::ErrorCode;
using base::Status;
using protocol::MessageView;

constexpr auto kTurn = std::chrono::milliseconds(50);  ///< between two looks at Ctrl-C, and two pictures
constexpr auto kAgain = std::chrono::seconds(2);       ///< between two subscriptions; far below any lease

volatile std::sig_atomic_t stopped = 0;

void stop(int) { stopped = 1; }

/// A message of that address in its declared types; false for any other.
bool is(const MessageView& message, std::string_view address, protocol::Arguments& out) {
  const auto* entry = protocol::find(message.address);
  return entry != nullptr && entry->address == address && protocol::decode(*entry, message, out).has_value();
}

/// An event does not say of which model it is. Its name does, where one served model alone has such a label; and what
/// has no name (a pitch) is of the one listening model without labels, where there is one alone.
class Names {
 public:
  void add(const std::string& model, const std::vector<std::string>& labels) {
    if (labels.empty()) unlabelled_.insert(model);
    for (const auto& label : labels) models_[label].insert(model);
  }
  std::string model_of(const std::string& label) const {
    if (label.empty()) return only(unlabelled_);
    const auto at = models_.find(label);
    return at == models_.end() ? std::string() : only(at->second);
  }

 private:
  static std::string only(const std::set<std::string>& models) {
    return models.size() == 1 ? *models.begin() : std::string();
  }

  std::map<std::string, std::set<std::string>> models_;
  std::set<std::string> unlabelled_;
};

Status ask_names(OscPeer& peer, const std::string& wanted, Names& names) {
  protocol::Writer writer;
  protocol::Arguments a;
  std::vector<std::string> listening, all;
  auto id = peer.next_id();
  auto told = peer.ask(writer.begin("/oscine/v1/models").integer(id).end(), id, [&](const MessageView& message) {
    if (!is(message, "/model.item", a)) return;
    all.emplace_back(a.text(3));
    if (a.text(4) == "classifier") listening.emplace_back(a.text(3));
  });
  if (!told) return told;
  if (!wanted.empty() && std::find(all.begin(), all.end(), wanted) == all.end()) {
    return Error{ErrorCode::kUnknown,
                 "the daemon serves no model '" + printable(wanted) + "'; `oscine status` lists them"};
  }
  for (const auto& model : listening) {
    std::vector<std::string> labels;
    id = peer.next_id();
    auto listed = peer.ask(writer.begin("/oscine/v1/labels").integer(id).text(model).integer(0).integer(0).end(), id,
                           [&](const MessageView& message) {
                             if (is(message, "/model.label", a)) labels.emplace_back(a.text(3));
                           });
    if (listed) names.add(model, labels);  // a model that does not serve now has nothing to be watched either
  }
  return {};
}

Status subscribe(OscPeer& peer) {
  protocol::Writer writer;
  const auto id = peer.next_id();
  return peer.send(writer.begin("/oscine/v1/subscribe").integer(id).text("event").integer(1).end());
}

WatchedEvent event_in(const protocol::Arguments& a, const Names& names) {
  WatchedEvent event{a.integer(0), a.position(3).units, std::string(a.text(7)), {}, {}, {}};
  for (const auto& value : a.from(8)) {
    if (const auto* text = std::get_if<std::string_view>(&value)) event.name = *text;
    if (const auto* number = std::get_if<float>(&value)) event.values.push_back(*number);
    if (const auto* number = std::get_if<std::int32_t>(&value)) event.values.push_back(static_cast<float>(*number));
  }
  event.model = names.model_of(event.name);
  return event;
}

/// "12:34:56.789" of the wall.
std::string clock_text() {
  std::timespec now{};
  std::timespec_get(&now, TIME_UTC);
  std::tm parts{};
  localtime_r(&now.tv_sec, &parts);
  char text[32];
  std::snprintf(text, sizeof text, "%02d:%02d:%02d.%03d", parts.tm_hour, parts.tm_min, parts.tm_sec,
                static_cast<int>(now.tv_nsec / 1000000));
  return text;
}

/// Keeps a few lines at the end of a terminal up to date, in place.
class Picture {
 public:
  void draw(const std::vector<std::string>& lines) {
    std::string text = drawn_ > 0 ? "\x1b[" + std::to_string(drawn_) + "A\r" : "";
    for (const auto& line : lines) text += line + "\x1b[K\n";
    text += "\x1b[J";  // sessions that went
    std::cout << text << std::flush;
    drawn_ = lines.size();
  }
  static std::size_t columns() {
    winsize size{};
    const bool known = ::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col : 80;
  }

 private:
  std::size_t drawn_ = 0;
};

/// One watch, from the first subscription to Ctrl-C or the daemon's end.
class Watch {
 public:
  Watch(OscPeer& peer, const WatchOptions& options, Names names)
      : peer_(peer),
        model_(options.model),
        live_(!options.lines && ::isatty(STDOUT_FILENO) == 1),
        patience_(kAgain + std::chrono::milliseconds(options.daemon.timeout_ms)),
        names_(std::move(names)) {}

  Status run() {
    while (stopped == 0) {
      // Again and again: it renews the lease, and a daemon that was started anew hears of us.
      if (base::Clock::now() >= next_) {
        if (auto sent = subscribe(peer_); !sent) return sent;
        next_ = base::Clock::now() + kAgain;
      }
      const auto came = peer_.receive(base::Clock::now() + kTurn, [this](const MessageView& one) { return take(one); });
      if (!came) return came.error();
      if (failed_) return *failed_;
      if (base::Clock::now() - heard_ > patience_) return peer_.nobody();
      if (live_) picture_.draw(view_.lines(base::Clock::now(), Picture::columns()));
    }
    return {};
  }

 private:
  bool take(const MessageView& message) {
    heard_ = base::Clock::now();
    if (message.address == kFail) failed_ = failure_in(message);
    if (message.address == "/oscine/v1/restarted") next_ = {};  // the new process knows no subscribers
    if (!is(message, "/event", arguments_)) return failed_.has_value();
    const auto event = event_in(arguments_, names_);
    if (!model_.empty() && event.model != model_) return false;
    if (live_) {
      view_.take(event, heard_);
    } else {
      std::cout << clock_text() << " " << event_line(event) << std::endl;
    }
    return false;
  }

  OscPeer& peer_;
  std::string model_;
  bool live_;
  base::Duration patience_;
  Names names_;
  protocol::Arguments arguments_;
  WatchView view_;
  Picture picture_;
  std::optional<Error> failed_;
  base::Time heard_ = base::Clock::now(), next_{};
};

}  // namespace

int watch(const WatchOptions& options) {
  auto peer = OscPeer::open(options.daemon);
  if (!peer) return refuse(peer.error());
  if (const auto greeted = peer->hello(); !greeted) return refuse(greeted.error());
  Names names;
  if (const auto asked = ask_names(*peer, options.model, names); !asked) return refuse(asked.error());
  std::signal(SIGINT, stop);
  std::signal(SIGTERM, stop);
  const auto status = Watch(*peer, options, std::move(names)).run();
  peer->bye();
  return status ? 0 : refuse(status.error());
}

}  // namespace server
