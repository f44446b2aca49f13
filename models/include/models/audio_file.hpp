#pragma once
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "base/result.hpp"

namespace models {

/// A sound file that is read piece by piece: WAV, AIFF, FLAC, Ogg and what else libsndfile reads. Holds one piece in
/// memory, however long the file is. Thread: one caller at a time.
class AudioFile {
 public:
  static constexpr int kChannels = 64;     ///< at most
  static constexpr double kRate = 768000;  ///< at most

  /// Refuses all but plain files before it opens anything: a pipe cannot make it wait.
  /// Fails: kUnknown (no such file), kForbidden (a folder, or something that is no plain file or may not be read),
  /// kMalformed (not a sound file, no frames, a rate or a channel count out of range): a sentence that names the file.
  static base::Result<AudioFile> open(const std::filesystem::path& file);

  AudioFile(AudioFile&&) noexcept;
  AudioFile& operator=(AudioFile&&) noexcept;
  ~AudioFile();

  double rate() const;  ///< frames per second
  int channels() const;
  /// As its header says; 0 where it does not. A WAV or AIFF that was streamed or cut short, so that its header promises
  /// more than the file can hold, has as many as it holds.
  std::int64_t frames() const;

  /// Reads up to frames.size() / channels() frames, interleaved; full scale is ±1.
  /// @return how many, at least 1; 0 at the end (and where there is no room for one frame).
  /// Fails: kMalformed where the file is damaged, ends early, or holds NaN or samples beyond ±1000 (60 dB over full
  ///        scale), with the frame. What comes before damage is given first; the file is of no use afterwards.
  base::Result<std::size_t> read(std::span<float> frames);

 private:
  struct Open;
  explicit AudioFile(std::unique_ptr<Open> open);
  std::unique_ptr<Open> open_;
};

}  // namespace models
