#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "cards.hpp"

namespace models {

/// For the messages of failed comparisons.
// NOLINTNEXTLINE(readability-identifier-naming): the name that GoogleTest looks for
inline void PrintTo(const Heard& heard, std::ostream* out) {
  *out << heard.name << " at " << heard.at << " for " << heard.duration << " value " << heard.value << " score "
       << heard.score << " rank " << heard.rank << " channel " << heard.channel;
}

}  // namespace models

namespace tests {

/// A model with one instance and one stream.
class Ear {
 public:
  explicit Ear(const models::Card& card, models::StreamFormat format = {8000, 1}, std::size_t method = 0) {
    auto model = models::load(card, quick());
    EXPECT_TRUE(model) << outcome(model);
    if (!model) return;
    auto instance = (*model)->instance();
    EXPECT_TRUE(instance) << outcome(instance);
    auto made = (*model)->stream(method, format);
    EXPECT_TRUE(made) << outcome(made);
    if (!instance || !made) return;
    instance_ = std::move(*instance);
    stream = std::move(*made);
  }

  std::string push(std::span<const float> frames) { return outcome(stream->push(*instance_, frames, out)); }
  std::string finish() { return outcome(stream->finish(*instance_, out)); }

  /// All of it, in pieces of so many numbers, and the end.
  void hear(std::span<const float> frames, std::size_t piece = 1000000) {
    for (; !frames.empty(); frames = frames.subspan(std::min(piece, frames.size()))) {
      EXPECT_EQ(push(frames.first(std::min(piece, frames.size()))), "fine");
    }
    EXPECT_EQ(finish(), "fine");
  }

  std::vector<std::int64_t> places() const {
    std::vector<std::int64_t> all;
    for (const auto& event : out.events) all.push_back(event.at);
    return all;
  }

  std::unique_ptr<models::Stream> stream;
  models::StreamOutput out;

 private:
  std::unique_ptr<models::Instance> instance_;
};

inline std::vector<float> constant(std::size_t count, float value) { return std::vector<float>(count, value); }

inline std::vector<float> sine(std::size_t count, double frequency, double rate, double amplitude = 0.5) {
  std::vector<float> samples(count);
  for (std::size_t i = 0; i < count; ++i) {
    const double phase = 2 * std::numbers::pi * frequency * static_cast<double>(i) / rate;
    samples[i] = static_cast<float>(amplitude * std::sin(phase));
  }
  return samples;
}

/// Struck at these places: each a decaying noise, the same one.
inline std::vector<float> struck(std::size_t count, const std::vector<std::size_t>& at, double rate) {
  std::vector<float> samples(count, 0.0F);
  for (const std::size_t start : at) {
    std::uint32_t random = 7;
    for (std::size_t i = 0; start + i < count; ++i) {
      random = random * 1664525U + 1013904223U;
      const double noise = static_cast<double>(random >> 8U) / 8388608.0 - 1;
      samples[start + i] += static_cast<float>(0.8 * noise * std::exp(-static_cast<double>(i) / (0.02 * rate)));
    }
  }
  return samples;
}

}  // namespace tests
