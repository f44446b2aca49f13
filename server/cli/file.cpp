// oscine file: what a model hears in sound files. Loads the model into this process; no daemon is needed.
#include <iostream>

#include "models/audio_file.hpp"
#include "models/engine.hpp"
#include "models/model.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/heard_rows.hpp"
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

constexpr std::size_t kPiece = 65536;  ///< samples of a piece of the file, all channels together

/// The model, ready to hear one file after the other.
struct Listener {
  std::shared_ptr<const models::Model> model;
  std::size_t method = 0;
  std::unique_ptr<models::Instance> instance;
};

Result<Listener> load(const FileOptions& options) {
  const auto card = choose_card(options.model, options.config);
  if (!card) return card.error();
  auto model = models::load(*card, {.warmup = 3, .measure = std::chrono::milliseconds(0)});
  if (!model) return model.error();
  auto method = (*model)->method(options.method);
  if (!method) return method.error();
  // Asked once for nothing, so that a model that hears no sound is told before anything is printed.
  if (const auto trial = (*model)->stream(*method, {}); !trial) return trial.error();
  (*model)->engine().prepare_thread();
  auto instance = (*model)->instance();
  if (!instance) return instance.error();
  return Listener{std::move(*model), *method, std::move(*instance)};
}

std::vector<std::string> settings_of(const FileOptions& options) {
  auto settings = options.settings;
  if (options.top) settings.push_back("top=" + std::to_string(*options.top));
  if (options.threshold) settings.push_back("threshold=" + number_text(*options.threshold));
  return settings;
}

/// A stream of the listener's method for this file, with everything set.
Result<std::unique_ptr<models::Stream>> stream_for(const Listener& listener, const models::AudioFile& file,
                                                   const FileOptions& options) {
  if (auto status = listener.instance->reset(); !status) return status.error();
  auto stream = listener.model->stream(listener.method, {file.rate(), file.channels()});
  if (!stream) return stream;
  for (const auto& setting : settings_of(options)) {
    if (auto status = set_by_text(*listener.model, *listener.instance, **stream, setting); !status)
      return status.error();
  }
  return stream;
}

/// Hears one file and prints its rows as they come. `rows` begin with the first file that can be heard.
Status hear(const Listener& listener, const std::filesystem::path& path, const FileOptions& options, HeardRows& rows,
            bool& begun) {
  auto file = models::AudioFile::open(path);
  if (!file) return file.error();
  auto stream = stream_for(listener, *file, options);
  if (!stream) return stream.error();
  if (!begun) rows.begin();
  begun = true;
  Progress progress(static_cast<double>(file->frames()) / file->rate());
  const auto channels = static_cast<std::size_t>(file->channels());
  std::vector<float> piece(kPiece / channels * channels);
  models::StreamOutput heard;
  const auto print = [&] {
    if (heard.events.empty() && heard.frames_at.empty()) return;
    progress.clear();
    rows.print(path.string(), file->rate(), heard);
    heard.clear();
  };
  std::int64_t done = 0;
  while (true) {
    const auto count = file->read(piece);
    if (!count) return count.error();
    if (*count == 0) break;
    if (auto status = (*stream)->push(*listener.instance, std::span(piece).first(*count * channels), heard); !status)
      return status;
    print();
    done += static_cast<std::int64_t>(*count);
    progress.show(static_cast<double>(done) / file->rate());
  }
  const auto status = (*stream)->finish(*listener.instance, heard);
  print();
  return status;
}

RowSubject subject_of(const Listener& listener, const FileOptions& options) {
  const auto& method = listener.model->methods()[listener.method];
  const auto& card = listener.model->card();
  std::vector<std::string> files;
  for (const auto& path : options.files) files.push_back(path.string());
  return {method.answer, card.labels, method.out_channels, std::move(files), card.listen.each_channel};
}

}  // namespace

int file(const FileOptions& options) {
  const auto listener = load(options);
  if (!listener) return refuse(listener.error());
  const auto form = options.json ? RowForm::kJson : options.csv ? RowForm::kCsv : RowForm::kTable;
  const auto rows = HeardRows::make(form, subject_of(*listener, options), std::cout);
  int code = 0;
  bool begun = false;
  for (const auto& path : options.files) {
    if (const auto status = hear(*listener, path, options, *rows, begun); !status) code = refuse(status.error());
  }
  if (begun) rows->end();
  return code;
}

}  // namespace server
