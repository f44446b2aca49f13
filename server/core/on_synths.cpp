// Melodies that scsynth plays without a language at the other end: nobody says where it is, so the daemon's clock does.
#include <algorithm>

#include "models/melody.hpp"
#include "server/core/daemon.hpp"
#include "server/core/values.hpp"

namespace server {

using base::Error;
using base::ErrorCode;
using protocol::MessageView;
using protocol::Role;

namespace {

constexpr auto kTick = std::chrono::milliseconds(50);  // from one playhead to the next
constexpr auto kAgain = std::chrono::seconds(1);       // until a model that failed is asked again
constexpr auto kAnswers = std::chrono::seconds(1);     // until scsynth has said that it is there
constexpr std::size_t kMostTold = 8;                   // failures of one play that the log gets

const protocol::Entry& form_of(std::string_view verb) {
  using protocol::Parameter;
  static const protocol::Entry kButton{
      "", Role::kStream, {Parameter{.name = "button", .type = 'f', .optional = true}}, "", true, true, ""};
  static const protocol::Entry kSet{
      "",
      Role::kStream,
      {Parameter{.name = "attribute", .type = 's'}, Parameter{.name = "value", .type = 'v', .repeats = true}},
      "",
      true,
      true,
      ""};
  return verb == "set" ? kSet : kButton;
}

}  // namespace

void Daemon::configure_synths() {
  if (!config_.synths.empty() && synths_.all().empty()) synths_.nodes.next = chance_.number();
  for (const auto& gone : synths_.configure(config_.synths)) stop_synth(*gone);
}

void Daemon::autoplay() {
  for (const auto& [address, synth] : synths_.all()) {
    if (std::exchange(synth->fresh, false) && synth->config.autoplay) play_synth(synth);
  }
}

void Daemon::on_synth(const Peer& from, const std::shared_ptr<Synth>& synth, std::string_view verb,
                      const MessageView& message) {
  const auto client = client_of(from);
  if (!client || closing_) return;
  auto done = protocol::decode(form_of(verb), message, arguments_);
  if (done && verb == "set") {
    done = set_synth(*synth, arguments_);
  } else if (done && !(arguments_.has(0) && arguments_.number(0) == 0)) {  // else a button was let go
    verb == "play" ? play_synth(synth) : stop_synth(*synth);
  }
  if (!done) answers_.complain(*client, route(client.get(), from), message.address, done.error(), now());
}

// Tried out on all that was set before, so that the next play finds nothing wrong.
base::Status Daemon::set_synth(Synth& synth, const protocol::Arguments& arguments) const {
  auto values = values_of(arguments.from(1));
  if (!values) return values.error();
  const auto item = catalog_.items().find(synth.config.model);
  if (item == catalog_.items().end()) return catalog_.unknown(synth.config.model);
  const std::string attribute(arguments.text(0));
  auto set = synth.set;
  std::erase_if(set, [&](const auto& one) { return one.first == attribute; });
  set.emplace_back(attribute, std::move(*values));
  models::MelodySettings settings(item->second.config.card.melody);
  for (const auto& [name, value] : set) {
    if (auto status = settings.set(name, value); !status) return status;
  }
  synth.set = std::move(set);
  return {};
}

// Position 0 is one lookahead from now: the first note can leave in time, and what was sent before ends there.
void Daemon::play_synth(const std::shared_ptr<Synth>& synth) {
  stop_synth(*synth);
  synth->playing = true;
  synth->told.clear();
  synth->heard = false;
  synth->again = {};
  expect_scsynth(synth);
  open_synth(synth);
  advance_synth(synth, synth->turn);
}

void Daemon::stop_synth(Synth& synth) {
  ++synth.turn;
  if (!std::exchange(synth.playing, false)) return;
  close_synth(synth);
  if (!std::exchange(synth.begun, false)) return;
  synth.armed = {};
  synth.notes.cut(synth.today(now()) + synth.config.lookahead,
                  [&](protocol::Bytes packet) { to_scsynth(synth, packet); });
}

void Daemon::close_synth(Synth& synth) {
  if (synth.session) sessions_.erase(synth.session->number);
  synth.session = nullptr;
}

void Daemon::open_synth(const std::shared_ptr<Synth>& synth) {
  synth->waits = true;
  ++pending_;
  when_ready(synth->config.model, [this, synth, turn = synth->turn](const auto& ready) {
    --pending_;
    if (synth->turn != turn) return;
    synth->waits = false;
    ready ? synth_ready(synth, *ready) : synth_failed(*synth, ready.error());
  });
}

void Daemon::synth_ready(const std::shared_ptr<Synth>& synth, const std::shared_ptr<const ServedModel>& served) {
  const auto index = served->model->method("");
  if (!index || served->model->methods()[*index].answer != models::Answer::kNotes) {
    return synth_failed(*synth, {ErrorCode::kWrongState, synth->config.model + " plans no notes any more"});
  }
  auto session = std::make_shared<Session>();
  session->number = chance_.number();
  while (sessions_.contains(session->number)) session->number = chance_.number();
  session->served = served;
  session->method = *index;
  session->units_per_second = SynthNotes::kRate;
  session->synth = synth;
  plan_with_method(*session, {});
  if (served->model->stateful()) session->seat = std::make_shared<Seat>(Seat{served, nullptr, 0});
  auto& planning = *session->planning;
  for (const auto& [name, values] : synth->set) {
    if (const auto set = planning.settings.set(name, values); !set) log_synth(*synth, set.error().message);
  }
  planning.horizon = synth->config.lookahead;
  sessions_[session->number] = session;
  synth->session = session;
  auto& notes = synth->notes;
  std::int64_t from = 0;
  if (std::exchange(synth->begun, true)) {
    from = std::max(notes.position(synth->today(now()) + synth->config.lookahead), notes.end());
  } else {
    const auto calendar = parts_.calendar();
    notes.begin(now().time_since_epoch() + calendar + synth->config.lookahead, calendar);
  }
  (void)planning.play(base::Position{from}, 1);
  plan(session);
}

void Daemon::synth_failed(Synth& synth, const Error& error) {
  close_synth(synth);
  synth.again = now() + kAgain;
  if (error.code != ErrorCode::kLoading) log_synth(synth, error.message);
}

void Daemon::end_synth_sessions(const std::function<bool(const ServedModel&)>& of) {
  for (const auto& [address, synth] : synths_.all()) {
    if (synth->session && of(*synth->session->served)) close_synth(*synth);
  }
}

void Daemon::advance_synth(const std::shared_ptr<Synth>& synth, std::uint64_t turn) {
  if (synth->turn != turn) return;
  if (synth->begun) synth->notes.follow(parts_.calendar());
  if (!synth->session && !synth->waits && now() >= synth->again) open_synth(synth);
  if (const auto session = synth->session) {
    (void)session->planning->move(base::Position{synth->notes.position(synth->today(now()))}, SynthNotes::kRate);
    plan(session);
  }
  send_notes(synth);
  timers_.add(now() + kTick, [this, synth, turn](base::Time) { advance_synth(synth, turn); });
}

// Each leaves at its own time, and no sooner: so what left never begins later than a stop takes effect.
void Daemon::send_notes(const std::shared_ptr<Synth>& synth) {
  auto& notes = synth->notes;
  const auto late = notes.send_due(synth->today(now()), [&](protocol::Bytes packet) { to_scsynth(*synth, packet); });
  metrics_.late += late;
  if (late > 0) log_synth(*synth, "notes were left out, since the daemon came to them too late");
  const auto next = notes.next();
  if (!next) return;
  const base::Time when(*next - notes.calendar());
  if (synth->armed > now() && synth->armed <= when) return;
  synth->armed = when;
  timers_.add(when, [this, synth, turn = synth->turn](base::Time) {
    if (synth->turn == turn) send_notes(synth);
  });
}

void Daemon::to_scsynth(const Synth& synth, protocol::Bytes packet) {
  pacer_.send(synth.to, packet, now(), false, Ip::loopback());
}

// By UDP nobody says that nobody is there; scsynth answers this at once.
void Daemon::expect_scsynth(const std::shared_ptr<Synth>& synth) {
  to_scsynth(*synth, answers_.writer().begin("/status").end());
  timers_.add(now() + kAnswers, [this, synth, turn = synth->turn](base::Time) {
    if (synth->turn != turn || synth->heard || std::exchange(synth->told_unheard, true)) return;
    log_synth(*synth, "nothing answers at " + synth->to.text() + ": is scsynth there?");
  });
}

// What it says is never answered: it would answer that.
void Daemon::heard_scsynth(const std::vector<std::shared_ptr<Synth>>& synths, const MessageView& message) {
  std::string text;
  for (const auto& argument : message.arguments) {
    if (const auto* word = std::get_if<std::string_view>(&argument)) text.append(text.empty() ? "" : " ").append(*word);
  }
  for (const auto& synth : synths) {
    synth->heard = true;
    synth->told_unheard = false;
    if (message.address == "/fail" && synth->playing) log_synth(*synth, "scsynth says: " + text.substr(0, 200));
  }
}

void Daemon::log_synth(Synth& synth, const std::string& text) {
  if (synth.told.size() >= kMostTold || !synth.told.insert(text).second) return;
  parts_.log.line(Level::kWarn, {synth.config.address, {}, {}, {}, text});
}

}  // namespace server
