#include "models/audio_writer.hpp"

#include <fcntl.h>
#include <sndfile.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <string>
#include <system_error>
#include <utility>

#include "models/audio_file.hpp"

namespace models {

namespace {

using base::Error;
using base::ErrorCode;

struct Close {
  void operator()(SNDFILE* sound) const { sf_close(sound); }
};

/// libsndfile's name for what a file of this ending holds; 0: none of ours.
int format_of(const std::filesystem::path& file) {
  const auto ending = file.extension();
  if (ending == ".wav") return SF_FORMAT_RF64 | SF_FORMAT_FLOAT;  // an ordinary WAV where it is small enough
  if (ending == ".aiff" || ending == ".aif") return SF_FORMAT_AIFF | SF_FORMAT_FLOAT;
  if (ending == ".flac") return SF_FORMAT_FLAC | SF_FORMAT_PCM_24;
  return 0;
}

Error unwritable(const std::filesystem::path& file, int number) {
  return {ErrorCode::kForbidden, file.string() + " cannot be written: " + std::generic_category().message(number)};
}

}  // namespace

struct AudioWriter::Open {
  std::filesystem::path file, part;
  std::unique_ptr<SNDFILE, Close> sound = nullptr;
  int number = -1;
  int channels = 1;

  Open(std::filesystem::path name, std::filesystem::path unfinished)
      : file(std::move(name)), part(std::move(unfinished)) {}
  Open(const Open&) = delete;
  Open& operator=(const Open&) = delete;
  ~Open() {
    sound.reset();
    if (number < 0) return;
    ::close(number);
    ::unlink(part.c_str());
  }
};

base::Result<AudioWriter> AudioWriter::create(const std::filesystem::path& file, double rate, int channels) {
  SF_INFO info{};
  info.format = format_of(file);
  info.samplerate = static_cast<int>(std::lround(rate));
  info.channels = channels;
  if (info.format == 0) {
    return Error{ErrorCode::kMalformed,
                 file.string() + " does not end in .wav, .aiff or .flac, which say how it is written"};
  }
  if (channels < 1 || channels > AudioFile::kChannels || sf_format_check(&info) == 0) {
    return Error{ErrorCode::kMalformed, file.string() + " cannot hold " + std::to_string(channels) + " channels at " +
                                            std::to_string(info.samplerate) + " frames per second"};
  }
  auto open = std::make_unique<Open>(
      file, file.parent_path() / ("." + file.filename().string() + "." + std::to_string(::getpid()) + ".part"));
  open->number = ::open(open->part.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (open->number < 0) return unwritable(file, errno);
  open->channels = channels;
  open->sound.reset(sf_open_fd(open->number, SFM_WRITE, &info, SF_FALSE));
  if (!open->sound) {
    return Error{ErrorCode::kForbidden, file.string() + " cannot be written: " + sf_strerror(nullptr)};
  }
  sf_command(open->sound.get(), SFC_RF64_AUTO_DOWNGRADE, nullptr, SF_TRUE);
  sf_command(open->sound.get(), SFC_SET_CLIPPING, nullptr, SF_TRUE);
  return AudioWriter(std::move(open));
}

AudioWriter::AudioWriter(std::unique_ptr<Open> open) : open_(std::move(open)) {}
AudioWriter::AudioWriter(AudioWriter&&) noexcept = default;
AudioWriter& AudioWriter::operator=(AudioWriter&&) noexcept = default;
AudioWriter::~AudioWriter() = default;

base::Status AudioWriter::write(std::span<const float> frames) {
  const auto count = static_cast<sf_count_t>(frames.size()) / open_->channels;
  if (sf_writef_float(open_->sound.get(), frames.data(), count) == count) return {};
  return Error{ErrorCode::kForbidden,
               open_->file.string() + " cannot be written to its end: " + sf_strerror(open_->sound.get())};
}

base::Status AudioWriter::finish() {
  const int closed = sf_close(open_->sound.release());
  if (closed != 0 || ::fsync(open_->number) != 0) {
    return Error{ErrorCode::kForbidden, open_->file.string() + " cannot be written to its end"};
  }
  if (::rename(open_->part.c_str(), open_->file.c_str()) != 0) return unwritable(open_->file, errno);
  ::close(std::exchange(open_->number, -1));
  return {};
}

}  // namespace models
