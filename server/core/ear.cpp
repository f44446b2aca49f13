#include "server/core/ear.hpp"

#include <algorithm>
#include <utility>

namespace server {

namespace {
constexpr std::int64_t kSilence = 4096;        // frames at a time
constexpr std::int64_t kMostBuffer = 1 << 24;  // samples: 64 MiB, six minutes at 44.1 kHz
}  // namespace

Ear::Ear(std::shared_ptr<const ServedModel> served, std::size_t method, double rate, Settings settings)
    : served_(std::move(served)), method_(method), rate_(rate), settings_(std::move(settings)) {
  const auto known = served_->model->settings();
  std::erase_if(settings_, [known](const auto& one) {
    return std::none_of(known.begin(), known.end(), [&one](const auto& setting) { return setting.name == one.first; });
  });
}

base::Status Ear::prepare(int channels) {
  if (stream_ && channels_ == channels) return {};
  auto made = served_->model->stream(method_, {rate_, channels});
  if (!made) return made.error();
  for (const auto& [setting, values] : settings_) (void)(*made)->set(setting, values);  // out of the new model's range
  stream_ = std::move(*made);
  channels_ = channels;
  return {};
}

void Ear::forget() {
  pieces_.clear();
  if (!stream_) return;
  (void)stream_->take_changes();
  stream_->reset();
}

void hear(models::Instance& instance, std::span<Hearing> parts) {
  if (parts.front().ear->streams()) {
    for (auto& part : parts) part.ear->stream(instance, part);
    return;
  }
  models::Windows windows;
  std::vector<std::size_t> ends(parts.size());
  for (;;) {
    windows.clear();
    for (std::size_t i = 0; i < parts.size(); ++i) {
      parts[i].ear->take(parts[i], windows);
      ends[i] = windows.count();
    }
    if (windows.count() == 0) return;
    instance.ask(parts.front().ear->method(), windows, parts.size() > 1);
    for (std::size_t i = 0, begin = 0; i < parts.size(); begin = ends[i++]) {
      parts[i].ear->tell(parts[i], std::span(windows.heard).subspan(begin, ends[i] - begin),
                         std::span(windows.answers).subspan(begin, ends[i] - begin));
    }
  }
}

void Ear::take(Hearing& part, models::Windows& windows) {
  const auto before = windows.count();
  while (part.input < part.inputs.size() && windows.count() == before) {
    const auto& input = part.inputs[part.input];
    auto status = part.taken == 0 ? begin(input) : base::Status();
    const bool over = !status || part.taken == static_cast<std::size_t>(input.frames() * input.channels);
    if (!over) status = take_some(part, windows);
    if (!status && part.status) part.status = status;
    if (!over && status) continue;
    ++part.input;
    part.taken = 0;
  }
}

base::Status Ear::begin(const Input& input) {
  if (auto status = prepare(input.channels); !status) return status;
  if (!input.begins) return {};
  auto changes = stream_->take_changes();
  stream_->reset();
  for (auto& change : changes) {
    change.at += origin_.units - input.at.units;
    (void)stream_->set_at(std::move(change));  // was taken once already
  }
  origin_ = input.at;
  return {};
}

base::Status Ear::take_some(Hearing& part, models::Windows& windows) {
  const auto events = part.out.events.size(), asked = windows.count();
  const auto taken = stream_->take(rest_of(part.inputs[part.input], part.taken), windows, part.out);
  if (!taken) return taken.error();
  part.taken += *taken;
  for (auto i = events; i < part.out.events.size(); ++i) part.out.events[i].at += origin_.units;
  for (auto i = asked; i < windows.count(); ++i) windows.heard[i].at += origin_.units;
  return {};
}

std::span<const float> Ear::rest_of(const Input& input, std::size_t taken) {
  if (!input.samples.empty()) return std::span(input.samples).subspan(taken);
  const auto left = input.silence - static_cast<std::int64_t>(taken) / input.channels;
  silence_.assign(static_cast<std::size_t>(std::min(kSilence, left) * input.channels), 0.0F);
  return silence_;
}

void Ear::stream(models::Instance& instance, Hearing& part) {
  part.status = fill_buffers(instance);
  for (; part.input < part.inputs.size(); ++part.input) {
    const auto& input = part.inputs[part.input];
    auto status = begin(input);
    if (status) status = push(instance, input, part.out);
    if (!status && part.status) part.status = std::move(status);
  }
}

base::Status Ear::push(models::Instance& instance, const Input& input, models::StreamOutput& out) {
  const auto stretches = out.stretches.size();
  const auto size = static_cast<std::size_t>(input.frames() * input.channels);
  base::Status first;
  for (std::size_t taken = 0; taken < size;) {
    const auto some = rest_of(input, taken);
    taken += some.size();
    if (input.rests) {
      stream_->rest(some, out);
      continue;
    }
    auto status = stream_->push(instance, some, out);
    if (!status && first) first = std::move(status);
  }
  to_axis(out, out.events.size(), out.frames_at.size(), stretches);
  return first;
}

// What was appended after so many, from the stream's axis to the session's.
void Ear::to_axis(models::StreamOutput& out, std::size_t events, std::size_t frames, std::size_t stretches) const {
  for (auto i = events; i < out.events.size(); ++i) out.events[i].at += origin_.units;
  for (auto i = frames; i < out.frames_at.size(); ++i) out.frames_at[i] += origin_.units;
  for (auto i = stretches; i < out.stretches.size(); ++i) out.stretches[i].origin += origin_.units;
}

void Ear::tell(Hearing& part, std::span<const models::Heard> heard, std::span<const models::WindowAnswer> answers) {
  if (heard.empty()) return;
  auto status = stream_->tell(heard, answers, part.out);
  if (!status && part.status) part.status = std::move(status);
}

base::Status Ear::finish(models::Instance& instance, models::StreamOutput& out) {
  if (!stream_) return {};
  const auto events = out.events.size(), frames = out.frames_at.size(), stretches = out.stretches.size();
  auto status = stream_->finish(instance, out);
  to_axis(out, events, frames, stretches);
  return status;
}

base::Status Ear::prepare() {
  return prepare(std::max({channels_, served_->model->methods()[method_].in_channels, 1}));
}

base::Status Ear::keep_piece(const std::string& buffer, std::int64_t offset, std::span<const float> samples) {
  const auto end = offset + static_cast<std::int64_t>(samples.size());
  if (end > kMostBuffer) {
    return base::Error{base::ErrorCode::kTooLarge, "a buffer has at most " + std::to_string(kMostBuffer) + " samples"};
  }
  auto& pieces = pieces_[buffer];
  if (static_cast<std::int64_t>(pieces.samples.size()) < end) pieces.samples.resize(static_cast<std::size_t>(end));
  std::copy(samples.begin(), samples.end(), pieces.samples.begin() + static_cast<std::ptrdiff_t>(offset));
  pieces.filled = false;
  return {};
}

base::Status Ear::fill_buffers(models::Instance& instance) {
  base::Status first;
  for (auto& [buffer, pieces] : pieces_) {
    if (std::exchange(pieces.filled, true)) continue;
    auto status = instance.fill(buffer, {1, rate_, pieces.samples});
    if (!status && first) first = std::move(status);
  }
  return first;
}

base::Status Ear::set(std::string_view setting, std::span<const models::Value> values) {
  if (auto status = prepare(); !status) return status;
  if (auto status = stream_->set(setting, values); !status) return status;
  settings_.insert_or_assign(std::string(setting), std::vector<models::Value>(values.begin(), values.end()));
  return {};
}

void Ear::hand_over(std::shared_ptr<const ServedModel> served, std::size_t method,
                    std::unique_ptr<models::Instance> next) {
  if (!prepare()) return;
  coming_ = std::move(served);
  coming_method_ = method;
  stream_->hand_over(coming_->model, method, std::move(next));
}

std::unique_ptr<models::Instance> Ear::taken_over() {
  auto instance = stream_ ? stream_->taken_over() : nullptr;
  if (!instance) return nullptr;
  served_ = std::move(coming_);
  method_ = coming_method_;
  return instance;
}

base::Result<bool> Ear::set_at(models::Change change) {
  if (auto status = prepare(); !status) return status.error();
  change.at -= origin_.units;
  return stream_->set_at(std::move(change));
}

base::Result<std::vector<models::Value>> Ear::get(std::string_view setting) {
  if (auto status = prepare(); !status) return status.error();
  return stream_->get(setting);
}

}  // namespace server
