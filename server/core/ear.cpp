#include "server/core/ear.hpp"

#include <algorithm>

namespace server {

namespace {
constexpr std::int64_t kSilence = 4096;  // frames at a time
}

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
  if (stream_) stream_->reset();
}

void hear(models::Instance& instance, std::span<Hearing> parts) {
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
  stream_->reset();
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

void Ear::tell(Hearing& part, std::span<const models::Heard> heard, std::span<const models::WindowAnswer> answers) {
  if (heard.empty()) return;
  auto status = stream_->tell(heard, answers, part.out);
  if (!status && part.status) part.status = std::move(status);
}

base::Status Ear::finish(models::Instance& instance, models::StreamOutput& out) {
  if (!stream_) return {};
  const auto events = out.events.size(), frames = out.frames_at.size();
  auto status = stream_->finish(instance, out);
  for (auto i = events; i < out.events.size(); ++i) out.events[i].at += origin_.units;
  for (auto i = frames; i < out.frames_at.size(); ++i) out.frames_at[i] += origin_.units;
  return status;
}

base::Status Ear::set(std::string_view setting, std::span<const models::Value> values) {
  if (auto status = prepare(std::max(channels_, 1)); !status) return status;
  if (auto status = stream_->set(setting, values); !status) return status;
  settings_.insert_or_assign(std::string(setting), std::vector<models::Value>(values.begin(), values.end()));
  return {};
}

base::Result<std::vector<models::Value>> Ear::get(std::string_view setting) {
  if (auto status = prepare(std::max(channels_, 1)); !status) return status.error();
  return stream_->get(setting);
}

}  // namespace server
