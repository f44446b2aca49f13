#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "classifier_caller.hpp"
#include "classifier_sound.hpp"

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

/// What every way through a classifier does: sound to the model's rate, piece by piece, so that memory stays bounded.
/// What to make of it is up to the two below.
class ClassifierWay : public Way {
 public:
  /// @param card, methods  outlive it.
  ClassifierWay(const Card& card, std::span<const Method> methods, std::size_t method, ClassifierSound sound);

  base::Status push(Run& run, std::span<const float> frames, StreamOutput& out) final;
  base::Status finish(Run& run, StreamOutput& out) final;
  void reset() final;
  base::Status set(std::string_view setting, std::span<const Value> values) final {
    return settings_.set(setting, values);
  }
  base::Result<std::vector<Value>> get(std::string_view setting) const final { return settings_.get(setting); }

 protected:
  /// Answers what can be answered now.
  virtual void advance(Run& run, StreamOutput& out) = 0;
  /// The sound is over: nothing that lies after it counts.
  virtual void end_sound() = 0;
  /// What lay before the end has not all been answered yet.
  virtual bool waits() const = 0;
  virtual void forget() = 0;

  /// The result of asking the script. Once it has failed, what is left of this piece is not asked about.
  bool lost() const { return !failure_; }
  bool keep(base::Status status);

  /// Events for the best few of the scores, best first.
  void best_labels(std::span<const float> scores, Heard heard, StreamOutput& out);

  Answer answer() const { return methods_[method_].answer; }
  int channel_number(std::size_t channel) const {
    return card_.listen.each_channel ? static_cast<int>(channel) + 1 : 0;
  }
  std::int64_t window() const { return card_.listen.window; }

  const Card& card_;
  std::span<const Method> methods_;
  std::size_t method_;
  ClassifierSound sound_;
  WindowNetwork network_;
  ListenSettings settings_;

 private:
  base::Status failure_;
  std::vector<std::size_t> order_;
};

/// Windows at 0, hop, 2 hop …: labels, frames, pitch (classifier_windows.cpp).
std::unique_ptr<Way> window_way(const Card& card, std::span<const Method> methods, std::size_t method,
                                ClassifierSound sound);
/// What stands at onsets: hits, onsets (classifier_hits.cpp).
std::unique_ptr<Way> hit_way(const Card& card, std::span<const Method> methods, std::size_t method,
                             ClassifierSound sound);

}  // namespace models
