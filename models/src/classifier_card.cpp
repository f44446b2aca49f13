#include <algorithm>
#include <cmath>
#include <string>

#include "classifier.hpp"
#include "text.hpp"

// What a card of a classifier comes to, and what is wrong with it.
namespace models {

namespace {

using base::Error;
using base::ErrorCode;
using base::Status;
using Front = FrontEndCard::Kind;

constexpr double kLongestSeconds = 60;
constexpr int kMostMels = 512;
constexpr int kMostFft = 65536;
constexpr double kLowestRate = 1000, kHighestRate = 192000, kLowestOnsetRate = 8000;
constexpr std::int64_t kMostNumbers = std::int64_t{1} << 24;  // of one tensor: 64 MiB

Status refuse(std::string text) { return Error{ErrorCode::kModelFailed, std::move(text)}; }

Status first_of(std::initializer_list<Status> checks) {
  for (const auto& check : checks) {
    if (!check) return check;
  }
  return {};
}

Status require(bool holds, const std::string& text) { return holds ? Status{} : refuse(text); }

bool any_method(const Card& card, bool (*wanted)(Answer)) {
  return std::any_of(card.methods.begin(), card.methods.end(), [&](const auto& m) { return wanted(m.answer); });
}

std::string whole(std::int64_t value) { return std::to_string(value); }

Status check_lengths(const Card& card) {
  const ListenCard& listen = card.listen;
  const bool onsets = any_method(card, answers_onsets);
  const double lowest = onsets ? kLowestOnsetRate : kLowestRate;
  const double longest = kLongestSeconds * card.model_rate;
  return first_of({
      require(card.model_rate >= lowest && card.model_rate <= kHighestRate,
              "modelRate is " + number_text(card.model_rate) + "; a classifier" + (onsets ? " that finds onsets" : "") +
                  " works at " + number_text(lowest) + ".." + number_text(kHighestRate) + " frames per second"),
      require(listen.window > 0, "window is " + whole(listen.window) + "; it has to be at least 1 sample"),
      require(listen.window <= longest, "window is " + whole(listen.window) + " samples; at most " +
                                            number_text(kLongestSeconds) + " s are heard at once"),
      require(listen.hop > 0, "hop is " + whole(listen.hop) + "; it has to be at least 1 sample"),
      require(listen.hop <= longest,
              "hop is " + whole(listen.hop) + " samples; it has to be at most " + number_text(kLongestSeconds) + " s"),
      require(listen.before >= 0 && listen.before < listen.window,
              "before is " + whole(listen.before) + "; it has to be less than window"),
  });
}

Status check_frames(const Card& card) {
  const ListenCard& listen = card.listen;
  const FrontEndCard& front = listen.front_end;
  const int rest = front.hop > 0 ? (listen.window - front.window) % front.hop : 0;
  return first_of({
      require(front.hop > 0, "frontEnd.hop is " + whole(front.hop) + "; it has to be at least 1 sample"),
      require(front.window > 1, "frontEnd.window is " + whole(front.window) + "; it has to be at least 2 samples"),
      require(front.window <= listen.window, "frontEnd.window is " + whole(front.window) +
                                                 "; it has to fit into window (" + whole(listen.window) + ")"),
      require(rest == 0, "window holds no whole number of frames: (window - frontEnd.window) / frontEnd.hop leaves " +
                             whole(rest) + " samples over; window " + whole(listen.window - rest) + " would do"),
      require(listen.hop % std::max(front.hop, 1) == 0 || !any_method(card, answers_windows),
              "hop is " + whole(listen.hop) + "; it has to be a multiple of frontEnd.hop (" + whole(front.hop) +
                  "), so that windows share their frames"),
  });
}

Status check_front_end(const Card& card) {
  const FrontEndCard& front = card.listen.front_end;
  if (front.kind == Front::kWaveform) return {};
  if (auto status = check_frames(card); !status) return status;
  return first_of({
      require(front.fft % 2 == 0 && front.fft >= front.window && front.fft <= kMostFft,
              "frontEnd.fft is " + whole(front.fft) + "; an even number from frontEnd.window (" + whole(front.window) +
                  ") to " + whole(kMostFft) + " is expected"),
      require(front.mels >= 1 && front.mels <= kMostMels,
              "frontEnd.mels is " + whole(front.mels) + "; 1.." + whole(kMostMels) + " are expected"),
      require(front.kind != Front::kMfcc || (front.coefficients >= 1 && front.coefficients <= front.mels),
              "frontEnd.coefficients is " + whole(front.coefficients) + "; 1.." + whole(front.mels) +
                  " (as many as mels) are expected"),
      require(front.min >= 0 && front.min < front.max && front.max <= card.model_rate / 2,
              "frontEnd.max is " + number_text(front.max) + " Hz; it has to lie above frontEnd.min (" +
                  number_text(front.min) + ") and at most at half of modelRate (" + number_text(card.model_rate / 2) +
                  ")"),
      require(front.power == 1 || front.power == 2, "frontEnd.power is " + whole(front.power) + "; 1 or 2 is expected"),
      require(front.log == FrontEndCard::Log::kNone || front.floor > 0 || front.offset > 0,
              "frontEnd.floor is 0, and so is frontEnd.offset: the logarithm of silence has no value"),
      require(front.deviation > 0, "frontEnd.deviation is 0; a number above 0 is expected"),
  });
}

/// What a word of the shape stands for; 0 for a word that this front end does not have.
std::int64_t size_of(const std::string& word, const Card& card, const WindowPlan& plan) {
  const Front kind = card.listen.front_end.kind;
  if (word == "samples") return kind == Front::kWaveform ? plan.window : 0;
  if (word == "frames") return plan.frames;
  if (word == "mels") return kind == Front::kLogMel ? plan.width : 0;
  if (word == "coefficients") return kind == Front::kMfcc ? plan.width : 0;
  const bool digits = !word.empty() && word.size() <= 9 && word.find_first_not_of("0123456789") == std::string::npos;
  return digits ? std::stoll(word) : 0;
}

std::vector<std::string> words_of(Front kind) {
  if (kind == Front::kWaveform) return {"samples"};
  return {"frames", kind == Front::kMfcc ? "coefficients" : "mels"};
}

std::vector<std::string> shape_words(const Card& card) {
  if (!card.listen.shape.empty()) return card.listen.shape;
  auto words = words_of(card.listen.front_end.kind);
  words.insert(words.begin(), "1");
  return words;
}

Status check_shape(const Card& card) {
  const WindowPlan plan = plan_of(card);
  const auto known = words_of(card.listen.front_end.kind);
  if (card.listen.shape.size() > 8) return refuse("shape has more than 8 sizes");
  for (const auto& word : card.listen.shape) {
    if (size_of(word, card, plan) > 0) continue;
    return refuse("shape has '" + word + "'; whole numbers above 0 are expected, and the words " + list_text(known));
  }
  const std::int64_t numbers = plan.frames == 0 ? plan.window : plan.frames * plan.width;
  if (numbers > kMostNumbers) return refuse("one window comes to " + whole(numbers) + " numbers; 2^24 are the most");
  std::int64_t product = 1;
  for (const auto size : plan.shape) product = std::min(product * size, kMostNumbers * 2);
  if (product == numbers) return {};
  const std::string comes = plan.frames == 0 ? count_text(static_cast<std::size_t>(numbers), "sample")
                                             : whole(plan.frames) + " frames of " + whole(plan.width) + " numbers";
  return refuse("shape does not hold one window, which is " + comes);
}

Status check_labels(const Card& card) {
  const auto needs = [](Answer answer) { return answer == Answer::kLabels || answer == Answer::kHits; };
  const int count = static_cast<int>(card.labels.size());
  if (any_method(card, needs)) {
    if (count < 1) return refuse("labels are missing; a name for each number that the script gives is expected");
    if (card.listen.top < 1 || card.listen.top > count) {
      return refuse("top is " + whole(card.listen.top) + "; 1.." + whole(count) + " (as many as labels) are expected");
    }
  }
  return require(card.listen.threshold >= 0 && card.listen.threshold <= 1,
                 "threshold is " + number_text(card.listen.threshold) + "; 0..1 is expected");
}

Status check_methods(const Card& card) {
  if (card.methods.empty()) return refuse("its card names no methods");
  for (const auto& method : card.methods) {
    if (method.answer == Answer::kNumbers) return refuse(method.name + " says no answer; a classifier has one");
    if (!method.inputs.empty() || !method.outputs.empty()) {
      return refuse(method.name + " names inputs or outputs; a classifier takes sound");
    }
    if (method.element < -1) return refuse("element of " + method.name + " has to be 0 or more");
  }
  return {};
}

}  // namespace

bool answers_windows(Answer answer) {
  return answer == Answer::kLabels || answer == Answer::kFrames || answer == Answer::kPitch;
}

bool answers_onsets(Answer answer) { return answer == Answer::kHits || answer == Answer::kOnsets; }

WindowPlan plan_of(const Card& card) {
  const FrontEndCard& front = card.listen.front_end;
  WindowPlan plan;
  plan.window = card.listen.window;
  if (front.kind != Front::kWaveform) {
    plan.frames = (card.listen.window - front.window) / front.hop + 1;
    plan.width = front.kind == Front::kMfcc ? front.coefficients : front.mels;
  }
  const auto words = shape_words(card);
  for (const auto& word : words) plan.shape.push_back(size_of(word, card, plan));
  const auto place = [&](std::size_t i) {
    return std::find(words.begin(), words.end(), words_of(front.kind).at(i)) - words.begin();
  };
  plan.turned = plan.frames > 0 && place(0) < static_cast<std::ptrdiff_t>(words.size()) && place(1) < place(0);
  return plan;
}

Status check_classifier(const Card& card) {
  for (const auto check : {check_methods, check_lengths, check_front_end, check_shape, check_labels}) {
    if (auto status = check(card); !status) return status;
  }
  return {};
}

}  // namespace models
