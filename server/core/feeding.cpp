// What waits in the flows of sessions, to the workers: one job at a time for each, and one job for several where the
// model answers windows of several at once.
#include <algorithm>

#include "server/core/daemon.hpp"

namespace server {

namespace {
constexpr std::size_t kHeldPackets = 1024;
constexpr std::size_t kUnsentBytes = 4U << 20;
}  // namespace

bool Daemon::congested(const Session& session) const {
  for (const auto& to : {events_of(session), session.flow->input_from}) {
    if (pacer_.held(to) > kHeldPackets || (to.tcp() && parts_.link.unsent(to) > kUnsentBytes)) return true;
  }
  return false;
}

void Daemon::feed_later(const std::shared_ptr<Session>& session) {
  if (session->flow->retry_due) return;
  session->flow->retry_due = true;
  timers_.add(now() + Flow::kLookAgain, [this, weak = std::weak_ptr(session)](base::Time) {
    const auto again = weak.lock();
    if (!again || !again->flow) return;
    again->flow->retry_due = false;
    feed(again);
  });
}

bool Daemon::queue_is_full(const ServedModel& served) const {
  return parts_.workers.queued_for(served.crew.get()) >= static_cast<std::size_t>(config_.limits.queue);
}

void Daemon::feed(const std::shared_ptr<Session>& session) {
  auto& flow = *session->flow;
  if (flow.at_work || flow.waiting.empty()) return;
  if (queue_is_full(*session->served) || congested(*session)) return feed_later(session);
  flow.at_work = true;
  if (session->served->model->methods()[session->method].rows == 1) return listen({session}, [] {});
  const Asked asked{session->served, session->method};
  crowds_[asked].waiting.push_back({session, session->flow});
  gather(asked);
}

// Nobody waits for others to come: where a worker may be idle, whoever waits is heard at once. While all are at work,
// more come together.
void Daemon::gather(const Asked& asked) {
  for (;;) {
    const auto crowd = crowds_.find(asked);
    if (crowd == crowds_.end() || crowd->second.jobs >= parts_.workers.count()) return;
    auto sessions = next_of(asked, crowd->second);
    if (sessions.empty()) {
      if (crowd->second.jobs == 0) crowds_.erase(crowd);
      return;
    }
    ++crowd->second.jobs;
    listen(std::move(sessions), [this, asked] {
      --crowds_[asked].jobs;
      gather(asked);
    });
  }
}

// Those of one job; none: nobody waits any more.
std::vector<std::shared_ptr<Session>> Daemon::next_of(const Asked& asked, Crowd& crowd) {
  std::vector<std::shared_ptr<Session>> sessions;
  const auto most = static_cast<std::size_t>(asked.served->model->methods()[asked.method].rows);
  while (sessions.size() < most && !crowd.waiting.empty()) {
    const auto [session, flow] = std::move(crowd.waiting.front());
    crowd.waiting.pop_front();
    if (!queue_is_full(*asked.served) && asked.fits(*session) && session->flow == flow && !flow->waiting.empty()) {
      sessions.push_back(session);
      continue;
    }
    flow->at_work = false;  // later; or it was reset, or asks something else now
    if (session->flow == flow) feed(session);
  }
  return sessions;
}

void Daemon::listen(std::vector<std::shared_ptr<Session>> sessions, std::function<void()> then) {
  auto parts = std::make_shared<std::vector<Hearing>>();
  Seats seats;
  for (const auto& session : sessions) {
    parts->push_back({session->flow->ear, session->flow->take_waiting(Flow::kFramesAtOnce / sessions.size())});
    seats.push_back(session->seat);
  }
  const auto served = sessions.front()->served;
  auto seat = sessions.front()->seat;
  auto time = sessions.front()->flow->time;
  perform_in(
      served, std::move(seats), std::nullopt,
      [parts, seat = std::move(seat)](models::Instance& instance) {
        hear(instance, *parts);
        if (auto next = parts->front().ear->taken_over()) seat->instance = std::move(next);  // the job holds the seat
        return base::Status();
      },
      [this, sessions = std::move(sessions), parts, then = std::move(then)](const base::Status& status) {
        note_taken_over(*sessions.front(), *parts->front().ear);
        for (std::size_t i = 0; i < sessions.size(); ++i) {
          auto& part = (*parts)[i];
          heard(sessions[i], status ? part.status : status, part.out);
        }
        then();
      },
      {time, true});
}

// Another version of the model may serve this session now.
void Daemon::note_taken_over(Session& session, const Ear& ear) {
  if (!session.flow || session.flow->ear.get() != &ear || session.served == ear.served()) return;
  session.served = ear.served();
  session.method = ear.method();
  session.seat->served = ear.served();
}

void Daemon::heard(const std::shared_ptr<Session>& session, base::Status status, const models::StreamOutput& out) {
  if (!session->flow) return;
  auto& flow = *session->flow;
  flow.at_work = false;
  if (!is_open(*session)) return;  // closed meanwhile
  tell_events(*session, out.events);
  tell_frames(*session, out);
  const auto owner = session->owner.lock();
  if (!status && owner) answers_.complain(*owner, flow.input_from, "/oscine/v1/audio", status.error(), now());
  if (flow.frames_waiting < most_waiting(*session) / 2) flow.let_go();
  feed(session);
}

}  // namespace server
