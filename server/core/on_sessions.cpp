// open, close, enable, expire, method, reset, set, get: what a client keeps open.
#include <algorithm>

#include "server/core/daemon.hpp"
#include "server/core/values.hpp"

namespace server {

using base::Error;
using base::ErrorCode;
using protocol::Arguments;

namespace {
constexpr int kUnproven = 8;  // sessions of an address that has not shown that it hears us
}

// A session belongs to its client; clients of one machine that never said hello count as one.
base::Result<std::shared_ptr<Session>> Daemon::find_session(const Request& request, std::int32_t number) {
  const auto it = sessions_.find(number);
  auto session = it == sessions_.end() ? nullptr : it->second.lock();
  const bool right = session && session->owner.lock() && session->owner.lock()->ip == request.from.ip.identity();
  named(request.from.ip, number, right);
  if (!session) return Error{ErrorCode::kGone, "there is no session " + std::to_string(number) + "; open again"};
  const auto client = request.client.lock();
  const auto owner = session->owner.lock();
  const bool same_host = owner && client && owner->implied && client->implied && owner->ip == client->ip;
  if (owner != client && !same_host) {
    return Error{ErrorCode::kForbidden, "session " + std::to_string(number) + " belongs to another client"};
  }
  if (owner && owner != client) renew(owner);
  return session;
}

bool Daemon::is_open(const Session& session) const {
  const auto it = sessions_.find(session.number);
  return it != sessions_.end() && it->second.lock().get() == &session;
}

std::shared_ptr<Session> Daemon::session_of(const Request& request, std::int32_t number) {
  auto session = find_session(request, number);
  if (session) return *session;
  answers_.fail(request, session.error(), now());
  return nullptr;
}

std::shared_ptr<Session> Daemon::stream_session(const Request& request, std::int32_t number) {
  auto session = find_session(request, number);
  if (session) return *session;
  complain(request, session.error());
  return nullptr;
}

// A flow where the method hears, none where it answers numbers with numbers. Counters, settings and what waits stay.
void Daemon::hear_with_method(Session& session, const Peer& events_to) {
  const auto& method = session.served->model->methods()[session.method];
  if (method.answer == models::Answer::kNotes) return plan_with_method(session, events_to);
  if (method.answer == models::Answer::kNumbers) {
    session.flow = nullptr;
    return;
  }
  if (!session.flow) {
    session.flow = std::make_shared<Flow>(parts_.link, session.units_per_second);
    session.flow->events_to = events_to;
  }
  auto& flow = *session.flow;
  if (flow.ear) flow.line.restart();
  if (method.answer == models::Answer::kStream && !flow.settings.contains("seed")) {
    flow.settings["seed"] = {chance_.number()};  // its own from the beginning, so that no other session changes it
  }
  flow.ear = std::make_shared<Ear>(session.served, session.method, session.units_per_second, flow.settings);
  flow.line.set_frame(1, 1);
  if (method.answer == models::Answer::kStream && method.in_ratio > 1) {
    const double rate = session.served->model->card().model_rate;
    flow.line.set_frame(method.in_ratio * session.units_per_second, rate > 0 ? rate : session.units_per_second);
  }
  if (!flow.waiting.empty()) flow.waiting.front().begins = true;
  if (!session.seat || session.seat->served != session.served) {
    session.seat = std::make_shared<Seat>(Seat{session.served, nullptr, 0});
  }
}

void Daemon::plan_with_method(Session& session, const Peer& events_to) {
  if (session.planning) return;
  session.planning = std::make_shared<Planning>(session.served->model->card().melody, session.units_per_second,
                                                session.ticks ? session.ticks_per_beat : 0);
  session.planning->events_to = events_to;
  session.planning->settings.seed = chance_.number();  // its own, until it is told another
}

bool Daemon::is_setting(const Session& session, std::string_view attribute) const {
  const auto settings = session.served->model->settings();
  return session.flow && std::any_of(settings.begin(), settings.end(),
                                     [attribute](const auto& setting) { return setting.name == attribute; });
}

// Who cannot hear us could open sessions until it guesses the number of one.
std::optional<Error> Daemon::no_room(const Request& request) const {
  const auto& ip = request.from.ip;
  if (!guard_.knows(ip, now())) {
    const auto its = std::count_if(sessions_.begin(), sessions_.end(), [&ip](const auto& item) {
      const auto session = item.second.lock();
      const auto owner = session ? session->owner.lock() : nullptr;
      return owner && owner->ip == ip;
    });
    if (its >= kUnproven) return Error{ErrorCode::kForbidden, "say /hello with its key"};
  }
  if (sessions_.size() < static_cast<std::size_t>(config_.limits.sessions)) return std::nullopt;
  return Error{ErrorCode::kBusy, std::to_string(config_.limits.sessions) + " sessions are open already; close one"};
}

void Daemon::on_open(Request& request, const Arguments& arguments) {
  const auto unit = arguments.text(4);
  if (unit != "samples" && unit != "ticks") {
    return answers_.fail(request,
                         {ErrorCode::kMalformed, "argument 5 (unit) is '" + std::string(unit.substr(0, 64)) +
                                                     "'; samples or ticks is expected"},
                         now());
  }
  if (const auto full = no_room(request)) return answers_.fail(request, *full, now());
  auto session = std::make_shared<Session>();
  session->number = chance_.number();  // now: which worker is done first must not decide it
  session->owner = request.client;
  session->units_per_second = arguments.number(3);
  session->ticks = unit == "ticks";
  if (arguments.has(5)) session->ticks_per_beat = arguments.integer(5);
  answers_.defer(request);
  ++pending_;
  when_ready(arguments.text(1), [this, request, session, method = std::string(arguments.text(2))](const auto& ready) {
    --pending_;
    if (!ready) return answers_.fail(request, ready.error(), now());
    const auto index = (*ready)->model->method(method);
    if (!index) return answers_.fail(request, index.error(), now());
    session->served = *ready;
    session->method = *index;
    const auto answer = (*ready)->model->methods()[*index].answer;
    if (session->ticks && answer != models::Answer::kNumbers && answer != models::Answer::kNotes) {
      return answers_.fail(request, {ErrorCode::kWrongState, "sound is counted in samples; open the session so"},
                           now());
    }
    hear_with_method(*session, request.to);
    if (!(*ready)->model->stateful() && !session->flow) return opened(request, session);
    if (!session->seat) session->seat = std::make_shared<Seat>(Seat{*ready, nullptr, 0});
    perform(
        *ready, session->seat, std::nullopt,
        [flow = session->flow](models::Instance&) { return flow ? flow->ear->prepare() : base::Status(); },
        [this, request, session](const base::Status& status) {
          if (!status) return answers_.fail(request, status.error(), now());
          opened(request, session);
        });
  });
}

void Daemon::opened(const Request& request, const std::shared_ptr<Session>& session) {
  const auto client = session->owner.lock();
  if (!client || !clients_.by_number(client->number) || client->lease_until <= now()) {
    return answers_.fail(request, {ErrorCode::kGone, "the client left before its session was open"}, now());
  }
  if (const auto full = no_room(request)) return answers_.fail(request, *full, now());
  while (sessions_.contains(session->number)) session->number = chance_.number();
  sessions_[session->number] = session;
  client->sessions[session->number] = session;
  if (client->implied) keep(*client);  // it has something to lose now
  const auto& method = session->served->model->methods()[session->method];
  auto& writer = answers_.writer().begin("/oscine/v1/opened").integer(request.id).integer(session->number);
  writer.integer(session->flow ? session->flow->ear->latency() : 0);
  writer.integer(method.in_channels).integer(method.in_ratio).integer(method.out_channels).integer(method.out_ratio);
  writer.number(session->served->model->card().model_rate);
  if (session->flow) writer.integer(session->flow->ear->lookahead());
  answers_.result(request, writer.end(), now());
  const auto warning = session->flow ? session->flow->ear->warning() : std::string();
  if (!warning.empty()) complain(request, {ErrorCode::kWrongState, warning});
}

void Daemon::on_close(Request& request, const Arguments& arguments) {
  const auto session = session_of(request, arguments.integer(1));
  if (!session) return;
  if (const auto owner = session->owner.lock()) owner->sessions.erase(session->number);
  sessions_.erase(session->number);
  answers_.done(request, now());
}

void Daemon::on_enable(Request& request, const Arguments& arguments) {
  const auto session = session_of(request, arguments.integer(1));
  if (!session) return;
  session->enabled = arguments.integer(2) == 1;
  answers_.done(request, now());
}

void Daemon::on_expire(Request& request, const Arguments& arguments) {
  const auto session = session_of(request, arguments.integer(1));
  if (!session) return;
  session->expire = std::chrono::milliseconds(arguments.integer(2));
  answers_.done(request, now());
}

void Daemon::on_method(Request& request, const Arguments& arguments) {
  const auto session = session_of(request, arguments.integer(1));
  if (!session) return;
  const auto index = session->served->model->method(arguments.text(2));
  if (!index) return answers_.fail(request, index.error(), now());
  session->method = *index;
  hear_with_method(*session, request.to);
  answers_.done(request, now());
}

void Daemon::on_reset(Request& request, const Arguments& arguments) {
  const auto session = session_of(request, arguments.integer(1));
  if (!session) return;
  if (session->planning) session->planning->forget();
  if (!session->seat) return answers_.done(request, now());  // no state: always pristine
  if (session->flow) {
    session->flow->line.restart();
    session->flow->waiting.clear();
    session->flow->frames_waiting = 0;
    session->flow->let_go();
  }
  answers_.defer(request);
  perform(
      session->served, session->seat, std::nullopt,
      [flow = session->flow](models::Instance& instance) {
        if (flow) flow->ear->forget();
        if (auto* next = flow ? flow->ear->next() : nullptr) (void)next->reset();
        return instance.reset();
      },
      [this, request](const base::Status& status) {
        if (!status) return answers_.fail(request, status.error(), now());
        answers_.done(request, now());
      });
}

base::Result<std::vector<models::Value>> values_of(std::span<const protocol::Value> values) {
  std::vector<models::Value> out;
  for (const auto& value : values) {
    if (const auto* integer = std::get_if<std::int32_t>(&value)) {
      out.emplace_back(*integer);
    } else if (const auto* number = std::get_if<float>(&value)) {
      out.emplace_back(*number);
    } else if (const auto* text = std::get_if<std::string_view>(&value)) {
      out.emplace_back(std::string(*text));
    } else {
      return Error{ErrorCode::kMalformed, "an attribute's value is a number or a text, not a blob"};
    }
  }
  return out;
}

namespace {
Error of_model(const Session& session, const Error& error) {
  return {error.code, session.served->config.card.name + ": " + error.message};
}
}  // namespace

void Daemon::on_set(Request& request, const Arguments& arguments) {
  const auto session = session_of(request, arguments.integer(1));
  if (!session) return;
  auto values = values_of(arguments.from(3));
  if (!values) return answers_.fail(request, values.error(), now());
  const std::string attribute(arguments.text(2));
  if (session->planning) {
    const auto set = session->planning->settings.set(attribute, *values);
    return set ? answers_.done(request, now()) : answers_.fail(request, of_model(*session, set.error()), now());
  }
  answers_.defer(request);
  const auto setting = is_setting(*session, attribute) ? session->flow->ear : nullptr;
  perform(
      session->served, session->seat, std::nullopt,
      [setting, attribute, values = *values,
       ear = session->flow ? session->flow->ear : nullptr](models::Instance& instance) {
        if (setting) return setting->set(attribute, values);
        if (auto* next = ear ? ear->next() : nullptr) (void)next->set(attribute, values);
        return instance.set(attribute, values);
      },
      [this, request, session, setting, attribute, values = *values](const base::Status& status) {
        if (!status) return answers_.fail(request, status.error(), now());
        if (setting && session->flow) session->flow->settings[attribute] = values;
        answers_.done(request, now());
      });
}

void Daemon::on_set_at(Request& request, const Arguments& arguments) {
  const auto session = session_of(request, arguments.integer(1));
  if (!session) return;
  if (session->planning) {
    return answers_.fail(
        request,
        of_model(*session, {ErrorCode::kWrongState, "what is set acts at the next /play; send /set, then /play"}),
        now());
  }
  if (!session->flow) {
    return answers_.fail(request,
                         {ErrorCode::kWrongState, session->served->config.card.name +
                                                      " has no blocks between which to set anything; send /set"},
                         now());
  }
  auto values = values_of(arguments.from(5));
  if (!values) return answers_.fail(request, values.error(), now());
  models::Change change{arguments.position(2).units, std::string(arguments.text(4)), std::move(*values)};
  const auto late = std::make_shared<bool>(false);
  answers_.defer(request);
  perform(
      session->served, session->seat, std::nullopt,
      [ear = session->flow->ear, change = std::move(change), late](models::Instance&) -> base::Status {
        auto set = ear->set_at(change);
        if (!set) return set.error();
        *late = *set;
        return {};
      },
      [this, request, late](const base::Status& status) {
        if (!status) return answers_.fail(request, status.error(), now());
        if (*late) ++metrics_.late;
        answers_.done(request, now());
      });
}

void Daemon::answer_value(const Request& request, std::int32_t session, std::string_view attribute,
                          std::span<const models::Value> values) {
  auto& writer = answers_.writer().begin("/oscine/v1/value");
  writer.integer(request.id).integer(session).text(attribute);
  for (const auto& value : values) {
    if (const auto* integer = std::get_if<std::int32_t>(&value)) writer.integer(*integer);
    if (const auto* one = std::get_if<float>(&value)) writer.number(*one);
    if (const auto* text = std::get_if<std::string>(&value)) writer.text(*text);
  }
  answers_.result(request, writer.end(), now());
}

void Daemon::on_get(Request& request, const Arguments& arguments) {
  const auto session = session_of(request, arguments.integer(1));
  if (!session) return;
  request.mtu = mtu_of(request.client.lock().get(), session.get());
  const std::string attribute(arguments.text(2));
  if (session->planning) {
    const auto got = session->planning->settings.get(attribute);
    return got ? answer_value(request, session->number, attribute, *got)
               : answers_.fail(request, of_model(*session, got.error()), now());
  }
  auto values = std::make_shared<std::vector<models::Value>>();
  const auto setting = is_setting(*session, attribute) ? session->flow->ear : nullptr;
  answers_.defer(request);
  perform(
      session->served, session->seat, std::nullopt,
      [setting, attribute, values](models::Instance& instance) -> base::Status {
        auto got = setting ? setting->get(attribute) : instance.get(attribute);
        if (!got) return got.error();
        *values = std::move(*got);
        return {};
      },
      [this, request, number = session->number, attribute, values](const base::Status& status) {
        if (!status) return answers_.fail(request, status.error(), now());
        answer_value(request, number, attribute, *values);
      });
}

}  // namespace server
