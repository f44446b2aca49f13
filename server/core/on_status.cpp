// status and subscriptions: nothing hidden.
#include <algorithm>

#include "server/core/daemon.hpp"

namespace server {

using protocol::Arguments;

namespace {
constexpr auto kStatusEvery = std::chrono::seconds(1);
constexpr std::string_view kStatus = "status";
constexpr std::string_view kLog = "log";
constexpr std::string_view kModelState = "model.state";
constexpr std::string_view kEvent = "event";

std::int64_t fit(std::uint64_t count) {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(count, base::kWireMax));
}
}  // namespace

std::size_t Daemon::open_sessions() const {
  return static_cast<std::size_t>(
      std::count_if(sessions_.begin(), sessions_.end(), [](const auto& s) { return !s.second.expired(); }));
}

Figures Daemon::figures() const {
  Figures out;
  out.uptime_s = std::chrono::duration_cast<std::chrono::seconds>(now() - began_).count();
  out.restarts = restarts_;
  out.packets = metrics_.packets;
  out.malformed = metrics_.malformed;
  out.strangers = metrics_.strangers;
  out.dropped = pacer_.dropped();
  out.answers = metrics_.answered;
  out.refused = metrics_.refused;
  out.failed = metrics_.failed;
  out.late = metrics_.late;
  out.clients = clients_.all().size();
  out.sessions = open_sessions();
  out.queued = parts_.workers.queued();
  for (const auto& [name, item] : catalog_.items()) {
    auto& model = out.models[name];
    model.kind = item.config.card.kind;
    model.state = name_of(item.state);
    model.process = item.served ? item.served->model->process() : 0;
    if (const auto it = metrics_.models.find(name); it != metrics_.models.end()) model.counts = it->second;
  }
  return out;
}

protocol::Bytes Daemon::status_packet(std::int32_t id) {
  const auto at = now();
  const auto up = std::chrono::duration_cast<std::chrono::seconds>(at - began_).count();
  auto& writer = answers_.writer().begin("/oscine/v1/status.reply");
  writer.integer(id).integer(fit(static_cast<std::uint64_t>(up))).integer(fit(catalog_.count_ready()));
  writer.integer(fit(open_sessions()));
  writer.integer(fit(parts_.workers.queued())).number(metrics_.cpu.percent(at));
  writer.number(metrics_.answers.quantile_ms(0.5, at)).number(metrics_.answers.quantile_ms(0.99, at));
  writer.integer(fit(metrics_.late)).integer(fit(metrics_.refused)).integer(restarts_);
  std::uint64_t falls = 0;
  for (const auto& [name, counts] : metrics_.models) falls += counts.all_falls();
  return writer.integer(fit(guard_.withheld())).integer(fit(falls)).end();
}

void Daemon::on_status(Request& request, const Arguments&) {
  answers_.result(request, status_packet(request.id), now());
}

void Daemon::on_subscribe(Request& request, const Arguments& arguments) {
  const auto topic = arguments.text(1);
  if (topic != kStatus && topic != kLog && topic != kModelState && topic != kEvent) {
    return answers_.fail(request,
                         {base::ErrorCode::kUnknown, "no topic is called '" + std::string(topic.substr(0, 64)) +
                                                         "'; there are status, log, model.state and event"},
                         now());
  }
  const auto client = request.client.lock();
  if (arguments.integer(2) == 1) {
    client->topics.emplace(topic);
  } else {
    client->topics.erase(std::string(topic));
  }
  count_subscribers();
  answers_.done(request, now());
  if (topic == kStatus && !status_due_) push_status();
}

// Pushes go where events go: the door that asked for them, or the client's own address.
template <class Write>
void Daemon::push(std::string_view topic, Write write) {
  for (const auto& [number, client] : clients_.all()) {
    if (!client->topics.contains(topic)) continue;
    pacer_.send(client->events ? *client->events : route(client.get(), client->home), write(), now());
  }
}

void Daemon::push_status() {
  status_due_ = false;
  const bool anyone = std::any_of(clients_.all().begin(), clients_.all().end(),
                                  [](const auto& item) { return item.second->topics.contains(kStatus); });
  if (!anyone) return;
  push(kStatus, [this] { return status_packet(0); });
  status_due_ = true;
  timers_.add(now() + kStatusEvery, [this](base::Time) { push_status(); });
}

void Daemon::tell_log(Level level, const std::string& line) {
  const Happening logged(parts_.tap, [&](Tap& tap) { tap.logged(level, line); });
  push(kLog,
       [&] { return answers_.writer().begin("/oscine/v1/log").text(name_of(level)).text(line.substr(0, 1000)).end(); });
}

void Daemon::push_event(const Session& session, protocol::Bytes packet) {
  const auto owner = session.owner.lock();
  for (const auto& [number, client] : clients_.all()) {
    if (client == owner || !client->topics.contains(kEvent)) continue;
    pacer_.send(client->events ? *client->events : route(client.get(), client->home), packet, now());
  }
}

void Daemon::count_subscribers() {
  const auto count = [this](std::string_view topic) {
    return static_cast<int>(std::count_if(clients_.all().begin(), clients_.all().end(),
                                          [topic](const auto& item) { return item.second->topics.contains(topic); }));
  };
  log_subscribers_ = count(kLog);
  event_subscribers_ = count(kEvent);
}

void Daemon::model_changed(const std::string& name, const Catalog::Item& item, std::chrono::nanoseconds took) {
  const bool failed = !item.error.message.empty() && item.state != Catalog::State::kUnloaded;
  std::string text = failed ? item.error.message : name + " is " + std::string(name_of(item.state));
  if (!failed && item.served) {
    if (!item.served->key.empty()) parts_.keeper->knows(item.served->key);
    if (parts_.tap != nullptr) parts_.tap->loaded(name, item.served->model->form());
    carry_over(name, item.served);
    const auto& timing = item.served->model->methods().front().timing;
    text += "; p50 " + std::to_string(timing.p50.count()).substr(0, 5) + " us, p99.9 " +
            std::to_string(timing.p999.count()).substr(0, 5) + " us";
  }
  if (item.state == Catalog::State::kUnloaded) end_sessions_of(name);
  parts_.log.line(failed ? Level::kError : Level::kInfo, {"model", {}, {}, took, text});
  push(kModelState, [&] {
    return answers_.writer().begin("/oscine/v1/model.state").text(name).text(name_of(item.state)).text(text).end();
  });
}

}  // namespace server
