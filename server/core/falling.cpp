// What follows when the process of an isolated model falls: its sessions end, everything else goes on.
#include <set>

#include "server/core/daemon.hpp"

namespace server {

using base::Error;
using base::ErrorCode;

// What is served, and what sessions with state kept of earlier versions.
void Daemon::look_for_falls() {
  std::map<std::uint32_t, std::shared_ptr<const ServedModel>> all;
  const auto add = [&all](const auto& served) {
    if (served) all.emplace(served->number, served);
  };
  for (const auto& [name, item] : catalog_.items()) add(item.served);
  for (const auto& [number, weak] : sessions_) {
    if (const auto session = weak.lock()) add(session->served);
  }
  for (const auto& [number, served] : all) {
    if (const auto fall = served->model->fall()) fell(number, *fall);
  }
}

void Daemon::fell(std::uint32_t number, const models::Fall& fall) {
  net_.check();
  const Happening fell_now(parts_.tap, [&](Tap& tap) { tap.fell(number, fall); });
  end_sessions_of(number, fall);
  for (const auto& [name, item] : catalog_.items()) {
    if (!item.served || item.served->number != number) continue;
    const std::string model = name;  // the item goes on without what was served
    ++metrics_.models[model].falls[static_cast<std::size_t>(fall.kind)];
    const auto next = falls_.after(model, fall, now());
    if (!next.aside) return start_again(model, {ErrorCode::kLoading, next.text}, next.pause);
    parts_.log.line(Level::kError, {"model", {}, {}, {}, next.text});
    catalog_.give_up(model, aside_text(model));
    return parts_.keeper->put_aside(model, aside_text(model));
  }
}

void Daemon::start_again(const std::string& model, const Error& why, base::Duration pause) {
  catalog_.restart(model, why, now() + pause, [this, model](const base::Status& status) {
    if (status) return falls_.started(model);
    const auto again = falls_.after_failed_start(model, now());
    if (!again) return;  // it stays as its last load left it, until somebody asks for it by name
    start_again(model, {ErrorCode::kLoading, status.error().message + "; " + again_text(*again)}, *again);
  });
}

// Each owner is told once for each session, and gets 410 from then on.
void Daemon::end_sessions_of(std::uint32_t number, const models::Fall& fall) {
  end_synth_sessions([number](const ServedModel& served) { return served.number == number; });
  for (const auto& [client_number, client] : clients_.all()) {
    std::erase_if(client->asks, [number](const auto& item) { return item.second->served->number == number; });
    std::vector<std::shared_ptr<Session>> ended;
    for (const auto& [session_number, session] : client->sessions) {
      if (session->served->number == number) ended.push_back(session);
    }
    for (const auto& session : ended) {
      client->sessions.erase(session->number);
      sessions_.erase(session->number);
      const Error gone{ErrorCode::kGone, "session " + std::to_string(session->number) + " is gone: " +
                                             session->served->config.card.name + ": " + fall.text + "; open again"};
      answers_.complain(*client, route(client.get(), client->home), "/oscine/v1/open", gone, now());
    }
  }
}

}  // namespace server
