#include "support/fakes.hpp"

#include <algorithm>

namespace support {

base::Status ManualWorkers::submit(server::Job job) {
  if (queue_.size() >= limit_) {
    return base::Error{base::ErrorCode::kBusy, std::to_string(limit_) + " requests are waiting already"};
  }
  if (slow && !job.turn.only) return base::Error{base::ErrorCode::kBusy, "what waits takes too long already"};
  queue_.push_back(std::move(job));
  return {};
}

std::function<void()> ManualWorkers::run_one() {
  if (queue_.empty()) return {};
  auto job = std::move(queue_.front());
  queue_.pop_front();
  const bool late = job.useless_after && clock_.now() > *job.useless_after;
  if (!late) ++ran;
  auto status = late ? base::Status(base::Error{base::ErrorCode::kExpired, "its turn came too late"}) : job.run(1);
  return [job = std::move(job), status = std::move(status)] { job.finish(status); };
}

bool ManualWorkers::step() {
  const auto finish = run_one();
  if (!finish) return false;
  finish();
  return true;
}

bool ManualBackground::step() {
  if (queue_.empty()) return false;
  auto work = std::move(queue_.front());
  queue_.pop_front();
  if (const auto then = work()) then();
  return true;
}

bool RecordingLog::holds(std::string_view part) const {
  return std::any_of(lines.begin(), lines.end(),
                     [part](const std::string& line) { return line.find(part) != std::string::npos; });
}

void RecordingLog::write(server::Level level, const server::Event& event) {
  lines.push_back(std::string(server::name_of(level)) + " " + server::plain(event));
}

}  // namespace support
