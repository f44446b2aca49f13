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

base::Status Ear::hear(models::Instance& instance, std::span<const Input> inputs, models::StreamOutput& out) {
  base::Status first;
  for (const auto& input : inputs) {
    auto status = hear_one(instance, input, out);
    if (!status && first) first = std::move(status);
  }
  return first;
}

base::Status Ear::hear_one(models::Instance& instance, const Input& input, models::StreamOutput& out) {
  if (auto status = prepare(input.channels); !status) return status;
  if (input.begins) {
    stream_->reset();
    origin_ = input.at;
  }
  if (!input.samples.empty()) return push(instance, input.samples, out);
  const std::vector<float> zeros(static_cast<std::size_t>(std::min(kSilence, input.silence) * input.channels), 0.0F);
  base::Status first;
  for (auto left = input.silence; left > 0; left -= kSilence) {
    const auto frames = static_cast<std::size_t>(std::min(left, kSilence) * input.channels);
    auto status = push(instance, std::span(zeros).first(frames), out);
    if (!status && first) first = std::move(status);
  }
  return first;
}

base::Status Ear::push(models::Instance& instance, std::span<const float> frames, models::StreamOutput& out) {
  const auto events = out.events.size();
  const auto rows = out.frames_at.size();
  auto status = stream_->push(instance, frames, out);
  on_axis(out, events, rows);
  return status;
}

base::Status Ear::finish(models::Instance& instance, models::StreamOutput& out) {
  if (!stream_) return {};
  const auto events = out.events.size();
  const auto rows = out.frames_at.size();
  auto status = stream_->finish(instance, out);
  on_axis(out, events, rows);
  return status;
}

void Ear::on_axis(models::StreamOutput& out, std::size_t events, std::size_t frames) const {
  for (auto i = events; i < out.events.size(); ++i) out.events[i].at += origin_.units;
  for (auto i = frames; i < out.frames_at.size(); ++i) out.frames_at[i] += origin_.units;
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
