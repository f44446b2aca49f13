#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "classifier_sound.hpp"
#include "classifier_tensor.hpp"
#include "kind.hpp"

namespace models {

/// What a stream was told, or its card's values.
class ListenSettings {
 public:
  explicit ListenSettings(const Card& card);
  base::Status set(std::string_view name, std::span<const Value> values);
  base::Result<std::vector<Value>> get(std::string_view name) const;

  std::size_t top() const;
  float threshold() const;
  float sensitivity() const;

 private:
  base::Result<std::size_t> find(std::string_view name) const;
  float number(std::string_view name, float otherwise) const;

  std::vector<AttributeCard> cards_;  ///< `initial` is the value now
};

/// What every way through a classifier does: sound to the model's rate, piece by piece, so that memory stays bounded,
/// and answers of the script to events and frames. Which windows to ask about is up to the two below.
class ClassifierWay : public Way {
 public:
  /// @param card, methods  outlive it.
  ClassifierWay(const Card& card, std::span<const Method> methods, std::size_t method, ClassifierSound sound);

  base::Result<std::size_t> take(std::span<const float> frames, Windows& windows, StreamOutput& out) final;
  base::Status tell(std::span<const Heard> heard, std::span<const WindowAnswer> answers, StreamOutput& out) final;
  bool take_end(Windows& windows, StreamOutput& out) final;
  void reset() final;
  base::Status set(std::string_view setting, std::span<const Value> values) final {
    return settings_.set(setting, values);
  }
  base::Result<std::vector<Value>> get(std::string_view setting) const final { return settings_.get(setting); }

 protected:
  /// Appends the windows that are complete now. A window of several channels is as many windows, in their order.
  virtual void advance(Windows& windows, StreamOutput& out) = 0;
  /// The sound is over: nothing that lies after it counts.
  virtual void end_sound() = 0;
  /// What lay before the end has not all been taken yet.
  virtual bool waits() const = 0;
  virtual void forget() = 0;

  Answer answer() const { return methods_[method_].answer; }
  int channel_number(std::size_t channel) const {
    return card_.listen.each_channel ? static_cast<int>(channel) + 1 : 0;
  }
  std::int64_t window() const { return card_.listen.window; }

  const Card& card_;
  std::span<const Method> methods_;
  std::size_t method_;
  ClassifierSound sound_;
  WindowTensor tensor_;
  ListenSettings settings_;

 private:
  void tell_one(const Heard& heard, std::span<const float> numbers, StreamOutput& out);
  void best_labels(std::span<const float> scores, Heard heard, StreamOutput& out);
  void tell_pitch(std::span<const float> numbers, Heard heard, StreamOutput& out) const;

  std::vector<std::size_t> order_;
};

/// Windows at 0, hop, 2 hop …: labels, frames, pitch (classifier_windows.cpp).
std::unique_ptr<Way> window_way(const Card& card, std::span<const Method> methods, std::size_t method,
                                ClassifierSound sound);
/// What stands at onsets: hits, onsets (classifier_hits.cpp).
std::unique_ptr<Way> hit_way(const Card& card, std::span<const Method> methods, std::size_t method,
                             ClassifierSound sound);

}  // namespace models
