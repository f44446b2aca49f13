// file, cancel: a sound file through a session, by the way that live sound takes.
#include <algorithm>
#include <cmath>

#include "models/audio_file.hpp"
#include "models/audio_writer.hpp"
#include "server/core/daemon.hpp"
#include "server/core/open_folder.hpp"

namespace server {

using base::Error;
using base::ErrorCode;
using protocol::Arguments;

namespace {
constexpr auto kTellEvery = std::chrono::milliseconds(500);

/// Sound in and sound out: frames of another rate have no place in a sound file.
bool makes_sound(const models::Method& method) {
  return method.answer == models::Answer::kStream && method.in_ratio == 1 && method.out_ratio == 1;
}

}  // namespace

/// A file on its way through a session: with an ear and an instance of its own, so that what was heard live neither
/// changes the answer nor is changed. Thread: [net], except what belongs to the job at work.
struct FileRun {
  Request request;
  std::weak_ptr<Session> session;
  std::shared_ptr<Seat> seat;
  std::string path;
  std::string out_path;  ///< sound is written there, not told; empty: it is told
  std::vector<std::filesystem::path> folders;
  std::size_t method = 0;
  Settings settings;
  base::Time told{};
  bool cancelled = false;

  // the job's own
  std::optional<models::AudioFile> file;
  std::optional<models::AudioWriter> writer;
  std::shared_ptr<Ear> ear;
  std::vector<float> frames;
  base::Position at;
  bool ended = false;
  models::StreamOutput out;

  base::Status open();
  base::Status open_out();
  base::Status read(models::Instance& instance);
  base::Status hear_some(models::Instance& instance);
  double rate() const { return file ? file->rate() : 0; }
  double progress() const {
    if (!file || file->frames() <= 0) return 0;
    return std::clamp(static_cast<double>(at.units) / static_cast<double>(file->frames()), 0.0, 1.0);
  }
};

base::Status FileRun::open() {
  const auto found = file_below(path, folders, {"file_folders", "no folder is open for sound files"});
  if (!found) return found.error();
  auto opened = models::AudioFile::open(*found);
  if (!opened) return opened.error();
  file = std::move(*opened);
  ear = std::make_shared<Ear>(seat->served, method, file->rate(), settings);
  frames.resize(Flow::kFramesAtOnce * static_cast<std::size_t>(file->channels()));
  return out_path.empty() ? base::Status() : open_out();
}

base::Status FileRun::open_out() {
  const auto target = new_file_below(out_path, folders, {"file_folders", "no folder is open for sound files"});
  if (!target) return target.error();
  auto made = models::AudioWriter::create(*target, file->rate(), seat->served->model->methods()[method].out_channels);
  if (!made) return made.error();
  writer = std::move(*made);
  return {};
}

/// What came of it goes into the file where there is one; nothing is left to be told then.
base::Status FileRun::read(models::Instance& instance) {
  if (!file) {
    if (auto status = open(); !status) return status;
  }
  auto status = hear_some(instance);
  if (!writer) return status;
  if (status) status = writer->write(out.frames);
  if (status && ended) status = writer->finish();
  out.clear();
  return status;
}

base::Status FileRun::hear_some(models::Instance& instance) {
  out.clear();
  const auto count = file->read(frames);
  if (!count) return count.error();
  ended = *count == 0;
  if (ended) return ear->finish(instance, out);
  const auto samples = *count * static_cast<std::size_t>(file->channels());
  Hearing part{ear,
               {{at,
                 file->channels(),
                 {frames.begin(), frames.begin() + static_cast<std::ptrdiff_t>(samples)},
                 0,
                 at.units == 0}}};
  at.units += static_cast<std::int64_t>(*count);
  hear(instance, {&part, 1});
  out = std::move(part.out);
  return part.status;
}

void Daemon::on_file(Request& request, const Arguments& arguments) {
  const auto session = session_of(request, arguments.integer(1));
  if (!session) return;
  const auto refuse = [&](ErrorCode code, const std::string& why) { answers_.fail(request, {code, why}, now()); };
  if (!session->flow) {
    return refuse(ErrorCode::kWrongState, session->served->config.card.name + " takes numbers, and no sound");
  }
  if (session->flow->file)
    return refuse(ErrorCode::kWrongState, "a file runs through this session; /oscine/v1/cancel ends it");
  const auto& method = session->served->model->methods()[session->method];
  if (!arguments.text(3).empty() && !makes_sound(method)) {
    return refuse(ErrorCode::kWrongState, session->served->config.card.name + ": " + method.name +
                                              " makes no sound, so there is nothing to write to a file");
  }
  auto run = std::make_shared<FileRun>();
  run->request = request;
  run->session = session;
  run->seat = std::make_shared<Seat>(Seat{session->served, nullptr, 0});
  run->path = arguments.text(2);
  run->out_path = arguments.text(3);
  run->folders = config_.file_folders;
  run->method = session->method;
  run->settings = session->flow->settings;
  run->told = now();
  session->flow->file = run;
  answers_.defer(request);
  ++pending_;
  run_file(run);
}

void Daemon::run_file(const std::shared_ptr<FileRun>& run) {
  const auto session = run->session.lock();
  if (!session || !session->flow || !is_open(*session)) {
    return end_file(run, Error{ErrorCode::kGone, "the session ended before its file"});
  }
  if (run->cancelled || closing_) return end_file(run, Error{ErrorCode::kExpired, "cancelled"});
  if (queue_is_full(*session->served) || congested(*session)) {
    timers_.add(now() + Flow::kLookAgain, [this, run](base::Time) { run_file(run); });
    return;
  }
  perform(
      run->seat->served, run->seat, std::nullopt, [run](models::Instance& instance) { return run->read(instance); },
      [this, run](const base::Status& status) { file_read(run, status); });
}

// Positions in the file become positions of the session, where their rates differ.
void Daemon::file_read(const std::shared_ptr<FileRun>& run, const base::Status& status) {
  const auto session = run->session.lock();
  if (session && session->flow && is_open(*session) && !run->cancelled) {
    const double units = run->rate() > 0 ? session->units_per_second / run->rate() : 1;
    const auto on_axis = [units](std::int64_t frames) {
      return static_cast<std::int64_t>(std::floor(static_cast<double>(frames) * units + 1e-6));
    };
    if (units != 1) {
      for (auto& event : run->out.events) {
        event.at = on_axis(event.at);
        event.duration = on_axis(event.duration);
      }
      for (auto& at : run->out.frames_at) at = on_axis(at);
      for (auto& stretch : run->out.stretches) {
        stretch.units *= session->units_per_second;
        stretch.per *= run->rate();
      }
    }
    session->flow->input_from = run->request.to;
    tell_events(*session, run->out.events);
    tell_frames(*session, run->out);
  }
  if (!status || run->ended) return end_file(run, status);
  if (now() - run->told >= kTellEvery) tell_job(*run, "running", run->path);
  run_file(run);
}

void Daemon::end_file(const std::shared_ptr<FileRun>& run, const base::Status& status) {
  --pending_;
  if (const auto session = run->session.lock(); session && session->flow) session->flow->file = nullptr;
  if (!status) return answers_.fail(run->request, status.error(), now());
  answers_.done(run->request, now());
}

void Daemon::tell_job(FileRun& run, std::string_view state, std::string_view text) {
  run.told = now();
  auto& writer = answers_.writer().begin("/oscine/v1/job").integer(run.request.id).text("file").text(state);
  answers_.item(run.request, writer.number(run.progress()).text(text).end(), now());
}

void Daemon::on_cancel(Request& request, const Arguments& arguments) {
  const auto client = request.client.lock();
  for (const auto& [number, session] : client->sessions) {
    if (!session->flow || !session->flow->file) continue;
    if (session->flow->file->request.id != arguments.integer(1)) continue;
    session->flow->file->cancelled = true;
    return answers_.done(request, now());
  }
  answers_.fail(request,
                {ErrorCode::kUnknown, "no file of yours runs under the id " + std::to_string(arguments.integer(1))},
                now());
}

}  // namespace server
