#pragma once
#include <torch/csrc/jit/api/module.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "models/card.hpp"
#include "models/src/classifier.hpp"
#include "models/src/front_end.hpp"

// What a classifier costs without a server around it: LibTorch, and the front end of its card.
namespace bench {

/// The best class of one window.
struct Best {
  std::int64_t index = 0;
  float score = 0;
};

/// The script of a card: frozen, or optimized for inference where that is the quicker one. Thread: [any], also at once.
class BareNetwork {
 public:
  /// @param card  with its absolute file; the first method is the one that is called. Throws c10::Error.
  explicit BareNetwork(const models::Card& card);
  /// @param numbers  of the plan's shape.
  Best ask(std::span<float> numbers);
  const models::WindowPlan& plan() const { return plan_; }
  /// "frozen" or "optimized for inference".
  const std::string& how() const { return how_; }

 private:
  void choose(const models::Card& card);

  models::WindowPlan plan_;
  models::ListenCard::Activation activation_;
  std::string call_, how_ = "frozen";
  torch::jit::Module module_;
};

/// Windows one after the other through front end and network. Thread: one caller at a time.
class BareEar {
 public:
  /// @param card, network  outlive it.
  BareEar(const models::Card& card, BareNetwork& network);
  /// @param samples  [window].
  Best hear(std::span<const float> samples);
  /// The same for the window that begins one hop after the last one: frames that both have are not computed again.
  Best hear_next(std::span<const float> samples);

 private:
  Best hear_from(std::size_t first_frame, std::span<const float> samples);

  const models::ListenCard& listen_;
  BareNetwork& network_;
  std::unique_ptr<models::FrontEnd> front_end_;  ///< null for waveform
  std::vector<float> numbers_, turned_;
  bool began_ = false;
};

/// Little-endian 16-bit samples to floats, full scale ±1, as many as fit.
void decode(std::string_view bytes, std::span<float> samples);

}  // namespace bench
