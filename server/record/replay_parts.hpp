#pragma once
#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "server/core/daemon.hpp"
#include "server/record/fates.hpp"
#include "server/record/run_reader.hpp"

namespace server {

/// Which piece of work: the event that gave it away, and its number within that event.
using JobName = std::pair<std::uint64_t, std::uint32_t>;

/// What one event read then, given out again in the same order. A program that reads more than was read then gets what
/// it would read by itself.
class Again {
 public:
  void begin(const RecordedEvent& event) {
    event_ = event.number;
    jobs_ = loads_ = 0;
    readings_ = event.readings;
    if (readings_.times.empty()) readings_.times.push_back(event.cause.at);
    calendar_ = event.calendar;
    time_ = queued_ = unsent_ = at_once_ = looks_ = 0;
  }

  /// The last one stands from then on.
  base::Time time() {
    constexpr std::int64_t kTenYears = std::int64_t{10} * 366 * 24 * 3600 * 1000000000;  // a file may say anything
    const auto since =
        std::clamp<std::int64_t>(readings_.times[std::min(time_, readings_.times.size() - 1)], 0, kTenYears);
    ++time_;
    return kBegan + std::chrono::nanoseconds(since);
  }
  /// As in Parts.
  base::Duration calendar() {
    last_look_ = next(calendar_, looks_, last_look_);
    return last_look_ - kBegan.time_since_epoch();
  }
  std::uint64_t queued(std::uint64_t otherwise) { return next(readings_.queued, queued_, otherwise); }
  std::uint64_t unsent() { return next(readings_.unsent, unsent_, std::uint64_t{0}); }
  bool at_once(bool otherwise) { return next(readings_.at_once, at_once_, otherwise); }
  JobName next_job() { return {event_, jobs_++}; }
  JobName next_load() { return {event_, loads_++}; }
  /// Why this job was refused then; nullptr: it was taken.
  const std::string* refused(const JobName& job) const {
    for (const auto& [index, why] : readings_.refused) {
      if (job == JobName{event_, index}) return &why;
    }
    return nullptr;
  }

 private:
  template <class T, class Value>
  static Value next(const std::vector<T>& list, std::size_t& at, Value otherwise) {
    return at < list.size() ? static_cast<Value>(list[at++]) : otherwise;
  }

  static constexpr base::Time kBegan{std::chrono::hours(1)};  // the recording, by the clock of the replay
  Readings readings_;
  std::vector<base::Duration> calendar_;
  base::Duration last_look_{};
  std::uint64_t event_ = 0;
  std::uint32_t jobs_ = 0, loads_ = 0;
  std::size_t time_ = 0, queued_ = 0, unsent_ = 0, at_once_ = 0, looks_ = 0;
};

/// Keeps what is sent.
class ReplayLink : public Link {
 public:
  explicit ReplayLink(Again& again) : again_(again) {}
  void send(const Peer& to, protocol::Bytes packet) override {
    sent.emplace_back(to, std::vector<std::byte>(packet.begin(), packet.end()));
  }
  void disconnect(const Peer&) override {}
  void hold_back(const Peer&, bool) override {}
  std::size_t unsent(const Peer&) const override { return again_.unsent(); }

  std::vector<std::pair<Peer, std::vector<std::byte>>> sent;

 private:
  Again& again_;
};

/// Jobs wait until they are told to have been finished, and run then.
class ReplayWorkers : public Workers {
 public:
  ReplayWorkers(Again& again, std::size_t count) : again_(again), count_(count) {}

  base::Status submit(Job job) override {
    const auto name = again_.next_job();
    if (const auto* why = again_.refused(name)) return base::Error{base::ErrorCode::kBusy, *why};
    jobs_.emplace(name, std::move(job));
    return {};
  }
  std::size_t queued() const override { return again_.queued(jobs_.size()); }
  std::size_t count() const override { return count_; }
  void set_limit(std::size_t, base::Duration) override {}

  /// @param late  its turn had come too late, and it was not run: the sentence about that
  /// @param fates  of its calls in processes that fell
  void finish(const JobName& name, const std::optional<std::string>& late, std::vector<Record> fates = {}) {
    auto found = jobs_.extract(name);
    if (found.empty()) return;  // this program asked for less
    auto job = std::move(found.mapped());
    job.finish(late ? base::Error{base::ErrorCode::kExpired, *late} : run(job, std::move(fates)));
  }
  void finish_all() {
    while (!jobs_.empty()) finish(jobs_.begin()->first, std::nullopt);
  }

 private:
  static base::Status run(const Job& job, std::vector<Record> fates) {
    GivenFates given(std::move(fates));
    const models::FatesHere here(given);
    return job.run(1);
  }

  Again& again_;
  std::size_t count_;
  std::map<JobName, Job> jobs_;
};

/// The same for the loading thread.
class ReplayBackground : public Background {
 public:
  explicit ReplayBackground(Again& again) : again_(again) {}
  void submit(std::function<std::function<void()>()> work) override {
    work_.emplace(again_.next_load(), std::move(work));
  }
  void finish(const JobName& name, std::vector<Record> fates) {
    auto found = work_.extract(name);
    if (found.empty()) return;
    if (const auto then = work(found.mapped(), std::move(fates))) then();
  }

 private:
  static std::function<void()> work(const std::function<std::function<void()>()>& load, std::vector<Record> fates) {
    GivenFates given(std::move(fates));
    const models::FatesHere here(given);
    return load();
  }

  Again& again_;
  std::map<JobName, std::function<std::function<void()>()>> work_;
};

/// What a replayed daemon stands on.
class ReplayParts : public Tap {
 public:
  explicit ReplayParts(std::size_t count) : workers(again_, count) {}

  void begin(const RecordedEvent& event) {
    again_.begin(event);
    options_.form = event.model ? std::optional(served_as(event.model->flag)) : std::nullopt;
  }
  base::Time now() { return again_.time(); }
  base::Duration calendar() { return again_.calendar(); }
  const models::LoadOptions& load_options() const { return options_; }

  bool at_once(bool measured) override { return again_.at_once(measured); }
  void started() override {}
  void arrived(const Peer&, protocol::Bytes, bool) override {}
  void connected(const Peer&) override {}
  void disconnected(const Peer&) override {}
  void due() override {}
  void reconfigured(const Config&) override {}
  void closing() override {}
  void fell(std::uint32_t, const models::Fall&) override {}
  void logged(Level, const std::string&) override {}
  void over() override {}
  void loaded(const std::string&, models::Form) override {}

 private:
  Again again_;
  models::LoadOptions options_;

 public:
  ReplayLink link{again_};
  ReplayWorkers workers;
  ReplayBackground background{again_};
};

}  // namespace server
