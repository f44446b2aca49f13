#include <algorithm>
#include <array>
#include <set>

#include "models/model.hpp"
#include "server/config/parts.hpp"

namespace server {
namespace {

using models::Answer;
using models::FrontEndCard;
using models::ListenCard;

template <class Choice>
using Choices = std::initializer_list<std::pair<std::string_view, Choice>>;

/// The words of a key of the form "one of" and what they mean; the table has them in the same words.
template <class Choice>
void choose(const MapReader& reader, std::string_view key, Choices<Choice> choices, Choice& out) {
  std::string word;
  reader.choice(key, word);
  for (const auto& [name, meaning] : choices) {
    if (name == word) out = meaning;
  }
}

/// Throws where a key stands that this kind of front end has no use for.
void refuse_keys(const MapReader& reader, std::initializer_list<std::string_view> keys, std::string_view kind) {
  for (const auto key : keys) {
    const Node* node = reader.find(key);
    if (node) throw Problem{node->line, reader.path(key) + " has no meaning for kind " + std::string(kind)};
  }
}

void read_mels(const MapReader& reader, double model_rate, FrontEndCard& front) {
  for (const auto* key : {"window", "hop", "mels"}) reader.required(key);
  reader.whole("window", front.window);
  reader.whole("hop", front.hop);
  front.fft = front.window;
  reader.whole("fft", front.fft);
  reader.whole("mels", front.mels);
  reader.number("min", front.min);
  front.max = model_rate / 2;
  reader.number("max", front.max);
  reader.whole("power", front.power);
  choose(
      reader, "scale",
      {{"tf", FrontEndCard::Scale::kTf}, {"htk", FrontEndCard::Scale::kHtk}, {"slaney", FrontEndCard::Scale::kSlaney}},
      front.scale);
  choose(reader, "norm", {{"none", FrontEndCard::Norm::kNone}, {"slaney", FrontEndCard::Norm::kSlaney}}, front.norm);
  choose(reader, "log",
         {{"none", FrontEndCard::Log::kNone},
          {"natural", FrontEndCard::Log::kNatural},
          {"log10", FrontEndCard::Log::kLog10},
          {"db", FrontEndCard::Log::kDb}},
         front.log);
  front.floor = 1e-10;
  reader.number("floor", front.floor);
  reader.number("offset", front.offset);
  reader.number("mean", front.mean);
  reader.number("deviation", front.deviation);
}

void read_front_end(const Node& node, const std::string& path, double model_rate, FrontEndCard& front) {
  using Kind = FrontEndCard::Kind;
  const MapReader reader(node, path, kFrontEndKeys);
  choose(reader, "kind", {{"log-mel", Kind::kLogMel}, {"mfcc", Kind::kMfcc}}, front.kind);
  if (front.kind == Kind::kWaveform) {
    refuse_keys(reader,
                {"window", "hop", "fft", "mels", "coefficients", "min", "max", "power", "scale", "norm", "log", "floor",
                 "offset", "mean", "deviation"},
                "waveform");
    choose(reader, "normalise", {{"frame", true}}, front.normalise);
    return;
  }
  refuse_keys(reader, {"normalise"}, "log-mel and mfcc");
  read_mels(reader, model_rate, front);
  if (front.kind == Kind::kLogMel) return refuse_keys(reader, {"coefficients"}, "log-mel");
  reader.required("coefficients");
  reader.whole("coefficients", front.coefficients);
}

}  // namespace

void read_shape(const MapReader& reader, std::span<const std::string_view> words, std::vector<std::string>& shape) {
  const Node* node = reader.find("shape");
  if (!node) return;
  if (!node->is(Node::Kind::kList)) reader.refuse(*node);
  for (const Node& item : node->items) {
    long long size = 0;
    const bool word = item.is(Node::Kind::kText) && std::find(words.begin(), words.end(), item.text) != words.end();
    if (!word && (!as_whole(item, size) || size < 1)) {
      std::string known;
      for (const auto one : words) known.append(" ").append(one);
      throw Problem{item.line, reader.path("shape") + "[" + std::to_string(shape.size()) + "] is " + shown(item) +
                                   "; a whole number above 0 or one of:" + known + " is expected"};
    }
    shape.push_back(item.text);
  }
}

namespace {

void read_classifier_method(const MapReader& reader, models::MethodCard& method) {
  for (const auto* key : {"inputs", "outputs"}) {
    if (const Node* node = reader.find(key)) {
      throw Problem{node->line, reader.path(key) + " is for kind params; a classifier takes sound"};
    }
  }
  reader.required("answer");
  choose(reader, "answer",
         {{"labels", Answer::kLabels},
          {"frames", Answer::kFrames},
          {"pitch", Answer::kPitch},
          {"hits", Answer::kHits},
          {"onsets", Answer::kOnsets}},
         method.answer);
}

void read_classifier_methods(const MapReader& reader, models::Card& card) {
  const Node* list = reader.find("methods");
  if (list && !(list->is(Node::Kind::kList) && list->items.empty())) {
    return read_method_list(reader, *list, card, read_classifier_method);
  }
  card.methods.push_back({"labels", {}, {}, "forward", -1, Answer::kLabels});
  card.methods.push_back({"scores", {}, {}, "forward", -1, Answer::kFrames});
}

/// The line of the key with which a sentence begins ("frontEnd.hop is 7; …"), or of the card.
int line_of(const MapReader& reader, const std::string& sentence) {
  const std::string path = sentence.substr(0, sentence.find_first_of(" :"));
  const auto dot = path.find('.');
  const Node* node = reader.find(path.substr(0, dot));
  if (node && dot != std::string::npos && node->find(path.substr(dot + 1))) node = node->find(path.substr(dot + 1));
  return node ? node->line : reader.line();
}

/// What no single key can tell: whether they fit together.
void check_together(const MapReader& reader, const models::Card& card) {
  const auto status = models::check(card);
  if (status) return;
  const std::string& sentence = status.error().message;
  throw Problem{line_of(reader, sentence), reader.path(sentence)};
}

}  // namespace

void read_listening(const MapReader& reader, models::Card& card) {
  for (const auto* key : {"inputs", "outputs"}) {
    if (const Node* node = reader.find(key)) {
      throw Problem{node->line, reader.path(key) + " is for kind params; a classifier takes sound"};
    }
  }
  ListenCard& listen = card.listen;
  reader.required("modelRate");
  reader.required("window");
  reader.whole("window", listen.window);
  listen.hop = listen.window;
  reader.whole("hop", listen.hop);
  reader.whole("before", listen.before);
  choose(reader, "channels", {{"mix", false}, {"each", true}}, listen.each_channel);
  if (const Node* node = reader.find("frontEnd")) {
    read_front_end(*node, reader.path("frontEnd"), card.model_rate, listen.front_end);
  }
  constexpr std::array<std::string_view, 4> kWords{"samples", "frames", "mels", "coefficients"};
  read_shape(reader, kWords, listen.shape);
  using Activation = ListenCard::Activation;
  choose(reader, "activation", {{"sigmoid", Activation::kSigmoid}, {"softmax", Activation::kSoftmax}},
         listen.activation);
  reader.whole("top", listen.top);
  reader.number("threshold", listen.threshold);
  read_classifier_methods(reader, card);
  check_together(reader, card);
}

void refuse_listening(const MapReader& reader, const models::Card& card) {
  for (const auto* key :
       {"window", "hop", "channels", "shape", "frontEnd", "activation", "top", "threshold", "before"}) {
    if (card.kind == "stream" && std::string_view(key) == "shape") continue;
    if (const Node* node = reader.find(key)) {
      throw Problem{node->line, reader.path(key) + " is for kind classifier; this card is of kind " + card.kind};
    }
  }
}

}  // namespace server
