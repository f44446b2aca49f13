// oscine render: a sound file through a model into another, by the code of the live path. No daemon is needed.
#include <cmath>
#include <iostream>

#include "models/audio_file.hpp"
#include "models/audio_writer.hpp"
#include "models/engine.hpp"
#include "models/model.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/model_choice.hpp"
#include "server/cli/progress.hpp"
#include "server/cli/setting_text.hpp"
#include "server/cli/text.hpp"

namespace server {

namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

constexpr std::size_t kPiece = 65536;  ///< frames that are read at once

/// A model, one of its methods, and the way of one sound through it.
struct Rendering {
  std::shared_ptr<const models::Model> model;
  std::size_t method = 0;
  std::unique_ptr<models::Instance> instance = nullptr;
  std::unique_ptr<models::Stream> stream = nullptr;
};

/// Sound in and sound out: frames of another rate have no place in a sound file.
Status check_method(const models::Model& model, const models::Method& method) {
  if (method.answer == models::Answer::kStream && method.in_ratio == 1 && method.out_ratio == 1) return {};
  const std::string why = method.answer == models::Answer::kStream ? "takes or gives frames that are no sound"
                                                                   : "makes no sound; oscine file tells what it hears";
  return Error{ErrorCode::kWrongState, model.card().name + ": " + method.name + " " + why};
}

Status set_all(const RenderOptions& options, double rate, Rendering& rendering) {
  for (const auto& text : options.settings) {
    auto status = set_by_text(*rendering.model, *rendering.instance, *rendering.stream, text);
    if (!status) return status;
  }
  for (const auto& [time, text] : options.changes) {
    auto status = set_by_text_at(*rendering.model, *rendering.stream, rate, time, text);
    if (!status) return status;
  }
  return {};
}

Result<Rendering> prepare(const RenderOptions& options, const models::AudioFile& file) {
  const auto card = choose_card(options.model, options.config);
  if (!card) return card.error();
  auto model =
      models::load(*card, {.warmup = 3, .measure = std::chrono::milliseconds(0), .kernels = options.kernels == "auto"});
  if (!model) return model.error();
  const auto method = (*model)->method(options.method);
  if (!method) return method.error();
  if (auto status = check_method(**model, (*model)->methods()[*method]); !status) return status.error();
  Rendering rendering{std::move(*model), *method};
  rendering.model->engine().prepare_thread();
  auto instance = rendering.model->instance();
  if (!instance) return instance.error();
  rendering.instance = std::move(*instance);
  auto stream = rendering.model->stream(rendering.method, {file.rate(), file.channels()});
  if (!stream) return stream.error();
  rendering.stream = std::move(*stream);
  if (auto status = set_all(options, file.rate(), rendering); !status) return status.error();
  return rendering;
}

Status run(Rendering& rendering, models::AudioFile& file, models::AudioWriter& writer) {
  Progress progress(static_cast<double>(file.frames()) / file.rate());
  const auto channels = static_cast<std::size_t>(file.channels());
  std::vector<float> piece(kPiece * channels);
  models::StreamOutput out;
  for (std::int64_t done = 0;;) {
    const auto count = file.read(piece);
    if (!count) return count.error();
    out.clear();
    const auto frames = std::span(piece).first(*count * channels);
    auto status = *count > 0 ? rendering.stream->push(*rendering.instance, frames, out)
                             : rendering.stream->finish(*rendering.instance, out);
    if (!status) return status;
    if (status = writer.write(out.frames); !status || *count == 0) return status;
    done += static_cast<std::int64_t>(*count);
    progress.show(static_cast<double>(done) / file.rate());
  }
}

Result<double> render_file(const RenderOptions& options) {
  auto file = models::AudioFile::open(options.in);
  if (!file) return file.error();
  auto rendering = prepare(options, *file);
  if (!rendering) return rendering.error();
  const auto& method = rendering->model->methods()[rendering->method];
  auto writer = models::AudioWriter::create(options.out, file->rate(), method.out_channels);
  if (!writer) return writer.error();
  const auto began = base::Clock::now();
  if (auto status = run(*rendering, *file, *writer); !status) return status.error();
  if (auto status = writer->finish(); !status) return status.error();
  return static_cast<double>(file->frames()) / file->rate() /
         std::chrono::duration<double>(base::Clock::now() - began).count();
}

}  // namespace

int render(const RenderOptions& options) {
  const auto pace = render_file(options);
  if (!pace) return refuse(pace.error());
  std::cout << path_text(options.out) << ": " << size_text(bytes_in(options.out)) << ", " << Progress::of_sound(*pace)
            << "\n";
  return 0;
}

}  // namespace server
