// run and ask: calls of models, here and now where that is safe, else through the queue.
#include <algorithm>

#include "server/core/daemon.hpp"

namespace server {

using base::Error;
using base::ErrorCode;
using protocol::Arguments;

namespace {

constexpr auto kPatient = std::chrono::seconds(1);
constexpr auto kWarmFor = std::chrono::seconds(1);
constexpr double kWarmShare = 20;

void numbers_of(std::span<const protocol::Value> values, std::vector<float>& out) {
  out.clear();
  for (const auto& value : values) out.push_back(std::get<float>(value));
}

// Engines have settings per thread: each thread makes them before it first runs a program of that engine.
void prepare_thread_for(const ServedModel& served) {
  thread_local std::vector<models::Engine*> prepared;
  auto* engine = &served.model->engine();
  if (std::find(prepared.begin(), prepared.end(), engine) != prepared.end()) return;
  engine->prepare_thread();
  prepared.push_back(engine);
}

// The seat's own instance, made where it does not exist yet; or the light one of the thread that runs.
base::Result<models::Instance*> instance_for(const ServedModel& served, Seat* seat, std::size_t lane) {
  prepare_thread_for(served);
  if (seat == nullptr) return served.lanes[lane].get();
  if (!seat->instance) {
    auto made = served.model->instance();
    if (!made) return made.error();
    seat->instance = std::move(*made);
  }
  return seat->instance.get();
}

}  // namespace

bool Daemon::at_once(const ServedModel& served, const Seat* seat, std::size_t method) const {
  if (seat != nullptr && (seat->waiting != 0 || !seat->instance)) return false;
  const bool quick = served.quick(method, input_.size(), config_.limits.inline_budget);
  return parts_.tap == nullptr ? quick : parts_.tap->at_once(quick);
}

// Code and weights of a small model leave the caches within milliseconds, and a cold call takes several times as long.
// So while questions come, the model last asked is called between them, too; what it says then is thrown away.
void Daemon::keep_warm(base::Time at) {
  const auto served = warm_.served.lock();
  warm_.armed = served && at - warm_.asked < kWarmFor && config_.limits.keep_warm.count() > 0;
  if (!warm_.armed) return;
  if (at - warm_.asked >= config_.limits.keep_warm)
    (void)served->lanes[0]->run(warm_.method, warm_.input, warm_.output);
  timers_.add(at + config_.limits.keep_warm, [this](base::Time next) { keep_warm(next); });
}

// Only where it costs a twentieth of this thread's time at most, and nothing remembers that it was called.
void Daemon::note_asked(const std::shared_ptr<const ServedModel>& served, std::size_t method) {
  const auto& asked = served->model->methods()[method];
  if (served->lanes.empty() || asked.timing.p50 * kWarmShare > config_.limits.keep_warm) return;
  warm_.asked = now();
  warm_.method = method;
  warm_.input.assign(input_.begin(), input_.begin() + asked.in_channels * asked.block);  // one call is enough
  if (warm_.served.lock() != served) warm_.served = served;
  if (!warm_.armed) keep_warm(warm_.asked);
}

base::Status Daemon::run_here(const std::shared_ptr<const ServedModel>& served, Seat* seat, std::size_t method) {
  const auto instance = instance_for(*served, seat, 0);
  if (!instance) return instance.error();
  const auto began = now();
  auto status = (*instance)->run(method, input_, output_);
  metrics_.count_call(served->config.card.name, now() - began, !status);
  if (status) note_asked(served, method);
  return status;
}

void Daemon::perform(const std::shared_ptr<const ServedModel>& served, const std::shared_ptr<Seat>& seat,
                     std::optional<base::Time> useless_after, Use use, std::function<void(base::Status)> finish,
                     Turn turn) {
  perform_in(served, seat ? Seats{seat} : Seats{}, useless_after, std::move(use), std::move(finish), std::move(turn));
}

void Daemon::perform_in(const std::shared_ptr<const ServedModel>& served, Seats seats,
                        std::optional<base::Time> useless_after, Use use, std::function<void(base::Status)> finish,
                        Turn turn) {
  for (const auto& seat : seats) ++seat->waiting;
  ++pending_;
  const auto took = std::make_shared<base::Duration>(-1);  // less than nothing: it was never called
  const auto finished = [this, served, seats, took, finish = std::move(finish)](base::Status status) {
    for (const auto& seat : seats) --seat->waiting;
    --pending_;
    if (took->count() >= 0) metrics_.count_call(served->config.card.name, *took, !status);
    finish(std::move(status));
  };
  const auto own = seats.size() == 1 ? seats.front() : nullptr;
  const auto run = [served, own, took, use = std::move(use)](std::size_t lane) -> base::Status {
    const auto instance = instance_for(*served, own.get(), lane);
    const auto began = base::Clock::now();
    auto status = instance ? use(**instance) : base::Status(instance.error());
    *took = base::Clock::now() - began;
    return status;
  };
  const auto taken =
      parts_.workers.submit({std::move(seats), run, finished, useless_after, std::move(turn), served->crew});
  if (!taken) finished(taken.error());
}

// Whoever waits for each answer before asking again makes no queue long, and is never refused for its length: who was
// refused lately did not wait.
Turn Daemon::call_of(const ServedModel& served, const Client* client) const {
  const bool waits = client != nullptr && client->open_requests.size() <= 1 && now() - client->refused_at >= kPatient;
  return {served.time, waits};
}

void Daemon::answer_result(const Request& request, const Session* session, base::Position position,
                           std::span<const float> output) {
  auto& writer = answers_.writer().begin("/oscine/v1/result").integer(request.id);
  writer.integer(session == nullptr ? 0 : session->number).integer(position.hi()).integer(position.lo());
  answers_.result(request, writer.numbers(output).end(), now());
}

void Daemon::on_run(Request& request, const Arguments& arguments) {
  const auto session = session_of(request, arguments.integer(1));
  if (!session) return;
  request.mtu = mtu_of(request.client.lock().get(), session.get());
  const auto position = arguments.position(2);
  numbers_of(arguments.from(4), input_);
  const auto& method = session->served->model->methods()[session->method];
  if (!session->enabled) {
    const auto call = static_cast<std::size_t>(std::max(method.in_channels * method.block, 1));
    output_.assign(input_.size() / call * static_cast<std::size_t>(method.out_channels), 0.0F);
    return answer_result(request, session.get(), position, output_);
  }
  const auto ear = session->flow ? session->flow->ear : nullptr;
  if (!ear && at_once(*session->served, session->seat.get(), session->method)) {
    const auto status = run_here(session->served, session->seat.get(), session->method);
    if (!status) return answers_.fail(request, status.error(), now());
    return answer_result(request, session.get(), position, output_);
  }
  std::optional<base::Time> useless_after;
  if (session->expire.count() > 0) useless_after = request.arrived + session->expire;
  answers_.defer(request);
  auto output = std::make_shared<std::vector<float>>();
  perform(
      session->served, session->seat, useless_after,
      [input = input_, output, ear, index = session->method](models::Instance& instance) {
        const auto filled = ear ? ear->fill_buffers(instance) : base::Status();
        return filled ? instance.run(index, input, *output) : filled;
      },
      [this, request, session, position, output](const base::Status& status) {
        if (!status) return answers_.fail(request, status.error(), now());
        answer_result(request, session.get(), position, *output);
      },
      call_of(*session->served, request.client.lock().get()));
}

// A client's own instance of a model with state, for asks and aliases: made at the first, gone with the lease.
std::shared_ptr<Seat> Daemon::implied_seat(Client& client, const std::shared_ptr<const ServedModel>& served) {
  if (!served->model->stateful()) return nullptr;
  auto& seat = client.asks[served->config.card.name];
  if (!seat || seat->served != served) seat = std::make_shared<Seat>(Seat{served, nullptr, 0});
  return seat;
}

void Daemon::on_ask(Request& request, const Arguments& arguments) {
  numbers_of(arguments.from(2), input_);
  if (const auto* served = catalog_.ready(arguments.text(1))) return ask(request, *served);
  answers_.defer(request);
  ++pending_;
  when_ready(arguments.text(1), [this, request, input = input_](const auto& ready) {
    --pending_;
    if (!ready) return answers_.fail(request, ready.error(), now());
    input_ = input;
    ask(request, *ready);
  });
}

// The numbers are in input_.
void Daemon::ask(const Request& request, const std::shared_ptr<const ServedModel>& served) {
  const auto client = request.client.lock();
  if (!client) return answers_.fail(request, {ErrorCode::kGone, "the client left before its answer"}, now());
  const auto seat = implied_seat(*client, served);
  if (at_once(*served, seat.get(), 0)) {
    const auto status = run_here(served, seat.get(), 0);
    if (!status) return answers_.fail(request, status.error(), now());
    return answer_result(request, nullptr, {}, output_);
  }
  answers_.defer(request);
  auto output = std::make_shared<std::vector<float>>();
  perform(
      served, seat, std::nullopt,
      [input = input_, output](models::Instance& instance) { return instance.run(0, input, *output); },
      [this, request, output](const base::Status& status) {
        if (!status) return answers_.fail(request, status.error(), now());
        answer_result(request, nullptr, {}, *output);
      },
      call_of(*served, client.get()));
}

}  // namespace server
