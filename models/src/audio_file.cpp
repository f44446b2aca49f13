#include "models/audio_file.hpp"

#include <fcntl.h>
#include <sndfile.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include "text.hpp"

namespace models {

namespace {

using base::Error;
using base::ErrorCode;

constexpr float kMostLevel = 1000;

struct Close {
  void operator()(SNDFILE* sound) const { sf_close(sound); }
};
using Sound = std::unique_ptr<SNDFILE, Close>;

/// Only a plain file is ever opened: opening a device can move something, and a pipe has no end that is sure to come.
base::Status check_kind(const std::filesystem::path& file) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  switch (status.type()) {
    case std::filesystem::file_type::regular:
      return {};
    case std::filesystem::file_type::not_found:
      return Error{ErrorCode::kUnknown, "there is no file " + file.string()};
    case std::filesystem::file_type::directory:
      return Error{ErrorCode::kForbidden, file.string() + " is a folder, not a sound file"};
    case std::filesystem::file_type::none:
      return Error{ErrorCode::kForbidden, file.string() + " cannot be looked at: " + error.message()};
    default:
      return Error{ErrorCode::kForbidden, file.string() + " is not a plain file"};
  }
}

/// By its number, so that libsndfile looks at the bytes alone: by a name it would read `anything.vox` as sound.
base::Result<Sound> open_sound(const std::filesystem::path& file, SF_INFO& info) {
  // Should the file have become a pipe since it was looked at, then this does not wait for a writer.
  const int number = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (number < 0) {
    return Error{ErrorCode::kForbidden, file.string() + " cannot be opened: " + std::generic_category().message(errno)};
  }
  Sound sound(sf_open_fd(number, SFM_READ, &info, SF_TRUE));
  if (sound == nullptr) {
    return Error{ErrorCode::kMalformed, file.string() + " cannot be read as sound: " + sf_strerror(nullptr)};
  }
  return sound;
}

base::Status check_shape(const std::filesystem::path& file, const SF_INFO& info) {
  const auto refuse = [&](const std::string& what) { return Error{ErrorCode::kMalformed, file.string() + " " + what}; };
  if (info.frames <= 0) return refuse("holds no sound: its header says 0 frames");
  if (info.channels < 1 || info.channels > AudioFile::kChannels) {
    return refuse("has " + std::to_string(info.channels) + " channels; 1.." + std::to_string(AudioFile::kChannels) +
                  " can be read");
  }
  if (info.samplerate < 1 || info.samplerate > AudioFile::kRate) {
    return refuse("has " + std::to_string(info.samplerate) + " frames per second; 1.." + number_text(AudioFile::kRate) +
                  " can be read");
  }
  return {};
}

}  // namespace

struct AudioFile::Open {
  std::filesystem::path file;
  Sound sound;
  SF_INFO info;
  std::int64_t at = 0;                     ///< the frame that is read next
  std::optional<base::Error> damage = {};  ///< what the reading of it met

  bool knows_its_length() const { return info.frames < SF_COUNT_MAX; }

  Error refusal(const std::string& what) const { return {ErrorCode::kMalformed, file.string() + " " + what}; }

  /// After a read, whose error the next read would forget: a decoder may find its way again behind the damage, and
  /// everything after it would stand too early.
  void note_damage() {
    const int error = sf_error(sound.get());
    if (error == SF_ERR_NO_ERROR || damage) return;
    damage = refusal("is damaged after frame " + std::to_string(at) + ": " + sf_error_number(error));
  }

  base::Status check_end() const {
    if (!knows_its_length() || at >= info.frames) return {};
    return refusal("ends early: its header says " + std::to_string(info.frames) + " frames, there are " +
                   std::to_string(at));
  }

  /// @param samples  read just now, from frame `at` on.
  base::Status check_level(std::span<const float> samples) const {
    for (std::size_t i = 0; i < samples.size(); ++i) {
      if (std::abs(samples[i]) <= kMostLevel) continue;
      const auto channels = static_cast<std::size_t>(info.channels);
      return refusal("holds " + number_text(samples[i]) + " at frame " +
                     std::to_string(at + static_cast<std::int64_t>(i / channels)) + ", channel " +
                     std::to_string(i % channels + 1) + "; full scale is 1, and up to 1000 can be read");
    }
    return {};
  }
};

base::Result<AudioFile> AudioFile::open(const std::filesystem::path& file) {
  if (auto status = check_kind(file); !status) return status.error();
  SF_INFO info{};
  auto sound = open_sound(file, info);
  if (!sound) return sound.error();
  if (auto status = check_shape(file, info); !status) return status.error();
  return AudioFile(std::make_unique<Open>(Open{file, std::move(*sound), info}));
}

AudioFile::AudioFile(std::unique_ptr<Open> open) : open_(std::move(open)) {}
AudioFile::AudioFile(AudioFile&&) noexcept = default;
AudioFile& AudioFile::operator=(AudioFile&&) noexcept = default;
AudioFile::~AudioFile() = default;

double AudioFile::rate() const { return open_->info.samplerate; }
int AudioFile::channels() const { return open_->info.channels; }
std::int64_t AudioFile::frames() const { return open_->knows_its_length() ? open_->info.frames : 0; }

base::Result<std::size_t> AudioFile::read(std::span<float> frames) {
  if (open_->damage) return *open_->damage;
  const auto channels = static_cast<std::size_t>(open_->info.channels);
  const auto asked = static_cast<sf_count_t>(frames.size() / channels);
  const sf_count_t came = sf_readf_float(open_->sound.get(), frames.data(), asked);
  const auto count = static_cast<std::size_t>(came);
  if (auto status = open_->check_level(frames.first(count * channels)); !status) return status.error();
  open_->at += came;
  open_->note_damage();
  // What came before the end is given first; the next read tells what kind of end it is.
  if (count > 0 || asked == 0) return count;
  if (open_->damage) return *open_->damage;
  if (auto status = open_->check_end(); !status) return status.error();
  return count;
}

}  // namespace models
