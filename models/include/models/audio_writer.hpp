#pragma once
#include <filesystem>
#include <memory>
#include <span>

#include "base/result.hpp"

namespace models {

/// A sound file that is written piece by piece, by its ending: WAV (float32, RF64 beyond 4 GB), AIFF (float32), FLAC
/// (24 bits; what is louder than full scale is clipped). It gets its name when it is finished; until then, and where it
/// never is, nothing of that name has changed. Thread: one caller at a time.
class AudioWriter {
 public:
  /// @param rate  frames per second, whole.  @param channels  1..64.
  /// Fails: kMalformed (no such ending; FLAC takes 8 channels at most), kForbidden (it cannot be written there).
  static base::Result<AudioWriter> create(const std::filesystem::path& file, double rate, int channels);

  AudioWriter(AudioWriter&&) noexcept;
  AudioWriter& operator=(AudioWriter&&) noexcept;
  ~AudioWriter();  ///< takes away what was not finished

  /// @param frames  interleaved, whole.  Fails: kForbidden (the disk is full).
  base::Status write(std::span<const float> frames);

  /// Complete, on the disk, under its name; a file that had it is replaced. Nothing may be written afterwards.
  base::Status finish();

 private:
  struct Open;
  explicit AudioWriter(std::unique_ptr<Open> open);
  std::unique_ptr<Open> open_;
};

}  // namespace models
