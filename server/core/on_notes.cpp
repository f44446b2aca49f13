// note, play, stop, horizon, lookahead, policy: what is planned ahead of a host, and told in time.
#include <algorithm>

#include "server/core/daemon.hpp"

namespace server {

using base::Error;
using base::ErrorCode;
using protocol::Arguments;

std::shared_ptr<Session> Daemon::planning_session(const Request& request, std::int32_t number) {
  auto session = session_of(request, number);
  if (!session || session->planning) return session;
  answers_.fail(
      request,
      {ErrorCode::kWrongState, session->served->config.card.name + " plans no notes; models of kind melody do"}, now());
  return nullptr;
}

void Daemon::on_note(Request& request, const Arguments& arguments) {
  const auto session = planning_session(request, arguments.integer(1));
  if (!session) return;
  const auto noted =
      session->planning->note(arguments.position(2), arguments.number(4), arguments.number(5), arguments.integer(6));
  noted ? answers_.done(request, now()) : answers_.fail(request, noted.error(), now());
}

void Daemon::on_play(Request& request, const Arguments& arguments) {
  const auto session = planning_session(request, arguments.integer(1));
  if (!session) return;
  const auto planned = session->planning->play(arguments.position(2), arguments.integer(4));
  if (!planned) return answers_.fail(request, planned.error(), now());
  answers_.done(request, now());
  plan(session);
}

void Daemon::on_stop(Request& request, const Arguments& arguments) {
  const auto session = planning_session(request, arguments.integer(1));
  if (!session) return;
  const auto planned = session->planning->stop(arguments.position(2), arguments.integer(4));
  planned ? answers_.done(request, now()) : answers_.fail(request, planned.error(), now());
}

void Daemon::on_horizon(Request& request, const Arguments& arguments) {
  const auto session = planning_session(request, arguments.integer(1));
  if (!session) return;
  session->planning->horizon = std::chrono::milliseconds(arguments.integer(2));
  answers_.done(request, now());
  plan(session);
}

// The host's own affair, both: it says so that others can see it, and the daemon does nothing differently.
void Daemon::on_lookahead(Request& request, const Arguments& arguments) {
  if (session_of(request, arguments.integer(1))) answers_.done(request, now());
}

void Daemon::on_policy(Request& request, const Arguments& arguments) {
  if (!session_of(request, arguments.integer(1))) return;
  const auto policy = arguments.text(2);
  if (policy == "drop" || policy == "now" || policy == "shift") return answers_.done(request, now());
  answers_.fail(request,
                {ErrorCode::kMalformed,
                 "argument 3 (policy) is '" + std::string(policy.substr(0, 64)) + "'; drop, now or shift is expected"},
                now());
}

void Daemon::on_planning_playhead(const Request& request, const std::shared_ptr<Session>& session,
                                  const Arguments& arguments) {
  auto& planning = *session->planning;
  const auto moved = planning.move(arguments.position(1), static_cast<double>(arguments.number(4)));
  if (!moved) return complain(request, moved.error());
  const auto to = events_of(*session);
  planning.kept.send_unseen(
      arguments.integer(3), now(), [&](protocol::Bytes packet) { pacer_.send(to, packet, now()); },
      arguments.position(1).units);
  plan(session);
}

// One job of a session at a time, until all is filled.
void Daemon::plan(const std::shared_ptr<Session>& session) {
  if (!session->enabled || !is_open(*session)) return;
  auto begun = session->planning->begin_work();
  if (session->planning->lost()) {
    complain_of_plan(*session,
                     {ErrorCode::kWrongState,
                      "the playhead is more than 10 minutes ahead of what is planned: play from where it is"});
  }
  if (!begun) return;
  const auto work = std::make_shared<Planning::Work>(std::move(*begun));
  perform(
      session->served, session->seat, std::nullopt,
      [work](models::Instance& instance) {
        return work->line->advance(instance, work->until, Planning::kCalls, work->out);
      },
      [this, session, work](const base::Status& status) {
        tell_notes(*session, session->planning->end_work(*work));
        if (!status) return complain_of_plan(*session, status.error());  // the next playhead tries again
        plan(session);
      });
}

void Daemon::complain_of_plan(const Session& session, const Error& error) {
  if (const auto synth = session.synth.lock(); synth && is_open(session)) return synth_failed(*synth, error);
  const auto owner = session.owner.lock();
  if (owner && is_open(session)) answers_.complain(*owner, events_of(session), "/oscine/v1/playhead", error, now());
}

void Daemon::tell_notes(const Session& session, const std::vector<PlannedNote>& notes) {
  if (!is_open(session)) return;
  const auto synth = session.synth.lock();
  for (const auto& note : notes) {
    if (synth) synth->notes.add(note);
  }
  if (synth) send_notes(synth);
  if (synth && event_subscribers_ == 0) return;
  const auto to = synth ? Peer{} : events_of(session);
  auto& kept = session.planning->kept;
  for (const auto& note : notes) {
    auto& writer = answers_.writer().begin("/oscine/v1/event");
    writer.integer(session.number).integer(kept.next()).integer(note.generation);
    writer.integer(note.at.hi()).integer(note.at.lo()).integer(1);
    writer.integer(std::min<std::int64_t>(note.duration, base::kWireMax)).text("note");
    writer.number(static_cast<float>(note.pitch)).number(static_cast<float>(note.velocity)).integer(note.voice);
    const auto packet = writer.end();
    kept.add(packet, now(), note.at.units);
    if (!synth) pacer_.send(to, packet, now());
    if (event_subscribers_ > 0) push_event(session, packet);
  }
}

}  // namespace server
