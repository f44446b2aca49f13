#include "server/record/recorder.hpp"

#include <array>
#include <ctime>

#include "server/record/fates.hpp"
#include "server/record/seed_text.hpp"
#include "version.hpp"

namespace server {

namespace {

std::string date_text() {
  const auto now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  std::array<char, 32> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

}  // namespace

class RecordedLink : public Link {
 public:
  RecordedLink(Recorder& recorder, Link& link) : recorder_(recorder), link_(link) {}

  void send(const Peer& to, protocol::Bytes packet) override {
    recorder_.write({.kind = RecordKind::kLeft, .peer = to, .packet = {packet.begin(), packet.end()}});
    link_.send(to, packet);
  }
  void disconnect(const Peer& peer) override { link_.disconnect(peer); }
  void hold_back(const Peer& peer, bool on) override { link_.hold_back(peer, on); }
  std::size_t unsent(const Peer& peer) const override {
    const auto bytes = link_.unsent(peer);
    recorder_.readings_.unsent.push_back(bytes);
    return bytes;
  }

 private:
  Recorder& recorder_;
  Link& link_;
};

class RecordedWorkers : public Workers {
 public:
  RecordedWorkers(Recorder& recorder, Workers& workers) : recorder_(recorder), workers_(workers) {}

  base::Status submit(Job job) override {
    const auto index = recorder_.jobs_++;
    const auto fates = std::make_shared<NotedFates>();
    job.run = [fates, run = std::move(job.run)](std::size_t lane) {
      const models::FatesHere here(*fates);
      return run(lane);
    };
    job.finish = [&recorder = recorder_, event = recorder_.event_, index, fates,
                  finish = std::move(job.finish)](base::Status status) {
      const bool late = !status && status.error().code == base::ErrorCode::kExpired;
      recorder.begin({.kind = RecordKind::kFinished,
                      .flag = late,
                      .event = event,
                      .index = index,
                      .text = late ? status.error().message : ""});
      recorder.write_fates(fates->records);
      finish(std::move(status));
      recorder.over();
    };
    auto taken = workers_.submit(std::move(job));
    if (!taken) recorder_.readings_.refused.emplace_back(index, taken.error().message);
    return taken;
  }
  std::size_t queued() const override {
    const auto jobs = workers_.queued();
    recorder_.readings_.queued.push_back(jobs);
    return jobs;
  }
  std::size_t queued_for(const Crew* crew) const override {
    const auto jobs = workers_.queued_for(crew);
    recorder_.readings_.queued.push_back(jobs);
    return jobs;
  }
  std::size_t count() const override { return workers_.count(); }
  std::shared_ptr<Crew> crew() override { return workers_.crew(); }
  void set_limit(std::size_t jobs, base::Duration wait) override { workers_.set_limit(jobs, wait); }

 private:
  Recorder& recorder_;
  Workers& workers_;
};

class RecordedBackground : public Background {
 public:
  RecordedBackground(Recorder& recorder, Background& background) : recorder_(recorder), background_(background) {}

  void submit(std::function<std::function<void()>()> work) override {
    const auto index = recorder_.background_jobs_++;
    background_.submit([&recorder = recorder_, event = recorder_.event_, index, work = std::move(work)] {
      const auto fates = std::make_shared<NotedFates>();
      const models::FatesHere here(*fates);
      auto then = work();
      if (!then) return then;
      return std::function<void()>([&recorder, event, index, fates, then = std::move(then)] {
        recorder.begin({.kind = RecordKind::kLoaded, .event = event, .index = index});
        recorder.write_fates(fates->records);
        then();
        recorder.over();
      });
    });
  }

 private:
  Recorder& recorder_;
  Background& background_;
};

Recorder::~Recorder() = default;

Parts Recorder::around(const Parts& parts) {
  load_ = &parts.background;
  now_ = parts.now;
  began_ = now_();
  link_ = std::make_unique<RecordedLink>(*this, parts.link);
  workers_ = std::make_unique<RecordedWorkers>(*this, parts.workers);
  background_ = std::make_unique<RecordedBackground>(*this, parts.background);
  const auto now = [this] {
    const auto time = now_();
    readings_.times.push_back(since_began(time));
    return time;
  };
  const auto calendar = [this, read = parts.calendar] {
    const auto look = read();
    write({.kind = RecordKind::kCalendar, .at = std::chrono::nanoseconds(began_.time_since_epoch() + look).count()});
    return look;
  };
  return {*link_,       *workers_,  *background_,       parts.log, now,          parts.quit,
          parts.keeper, parts.seed, parts.load_options, this,      parts.trials, calendar};
}

void Recorder::describe(const Config& config, const Parts& parts) {
  writer_.write(kRecordingHead);
  const auto about = [this](std::string name, std::string text) {
    write({.kind = RecordKind::kAbout, .name = std::move(name), .text = std::move(text)});
  };
  about("version", kVersion);
  about("commit", kCommit);
  about("began", date_text());
  about("seed", seed_text(parts.seed));
  about("workers", std::to_string(parts.workers.count()));
  write({.kind = RecordKind::kConfig, .name = config.file.string(), .text = config.text});
  files_ = files_of(config);
}

// Large files take a while, and nobody should wait for it.
void Recorder::hash_files() {
  load_->submit([this, files = std::exchange(files_, {})] {
    std::vector<Record> records;
    for (const auto& file : files) {
      const auto hash = models::sha256(file);
      records.push_back({.kind = RecordKind::kFile, .name = file.string(), .text = hash ? *hash : ""});
    }
    return std::function<void()>([this, records = std::move(records)] {
      for (const auto& record : records) write(record);
    });
  });
}

void Recorder::finish() { write({.kind = RecordKind::kEnd, .at = since_began(now_()), .text = "the daemon stopped"}); }

void Recorder::arrived(const Peer& from, protocol::Bytes packet, bool alone) {
  begin({.kind = RecordKind::kArrived, .peer = from, .flag = alone, .packet = {packet.begin(), packet.end()}});
}

void Recorder::reconfigured(const Config& config) {
  begin({.kind = RecordKind::kReconfigured, .name = config.file.string(), .text = config.text});
}

void Recorder::logged(Level level, const std::string& line) {
  begin({.kind = RecordKind::kLogged, .name = std::string(name_of(level)), .text = line});
}

void Recorder::fell(std::uint32_t number, const models::Fall& fall) {
  begin(
      {.kind = RecordKind::kFell, .event = static_cast<std::uint64_t>(fall.kind), .index = number, .text = fall.text});
}

void Recorder::loaded(const std::string& model, models::Form form) {
  write({.kind = RecordKind::kModel, .flag = flag_of(form), .name = model});
}

bool Recorder::at_once(bool measured) {
  readings_.at_once.push_back(measured);
  return measured;
}

void Recorder::write(const Record& record) {
  if (!writer_.ended()) writer_.write(encode(record));
}

void Recorder::begin(Record event) {
  if (depth_++ > 0) return;
  event.at = since_began(now_());
  write(event);
}

void Recorder::over() {
  if (--depth_ > 0) return;
  write({.kind = RecordKind::kReadings, .readings = std::exchange(readings_, {})});
  if (event_ == 0) hash_files();
  ++event_;
  jobs_ = background_jobs_ = 0;
}

}  // namespace server
