#include "stream_kind.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "block_stream.hpp"
#include "text.hpp"

namespace models {

namespace {

using base::Error;
using base::ErrorCode;
using base::Status;

constexpr int kLeastUsual = 512;     ///< samples: what calling costs is little then, and 11 ms are soon over
constexpr int kMostBlock = 1 << 20;  ///< samples
constexpr int kBlockDoublings = 4;   ///< some exports need more than they say: twice, to 16 times

Port port_called(const std::string& name) {
  Port port;
  port.name = name;
  return port;
}

std::vector<Port> ports_called(const std::vector<std::string>& names) {
  std::vector<Port> ports;
  for (const auto& name : names) ports.push_back(port_called(name));
  return ports;
}

MethodCard method_card(const ScriptMethod& found) {
  MethodCard card;
  card.name = found.name;
  card.inputs = ports_called(found.inputs);
  card.outputs = ports_called(found.outputs);
  card.answer = Answer::kStream;
  card.form = found.form;
  return card;
}

AttributeCard attribute_card(const ScriptAttribute& found) {
  AttributeCard card;
  card.name = found.name;
  card.types = found.types;
  card.min = found.min;
  card.max = found.max;
  return card;
}

/// Audio or latent frames in, the same out.
class StreamKind final : public Kind {
 public:
  std::string_view name() const override { return "stream"; }

  Status check(const Card& card) const override {
    for (const auto& method : card.methods) {
      const StreamForm& form = method.form;
      if (form.in_channels < 1 || form.out_channels < 1 || form.in_ratio < 1 || form.out_ratio < 1) {
        return refuse("its card does not say how many channels " + method.name + " takes and gives");
      }
    }
    return {};
  }

  /// What the card leaves out, the file says.
  Status complete(Card& card, const Program& program) const override {
    const Script& script = program.script();
    if (card.methods.empty()) {
      for (const auto& found : script.methods) card.methods.push_back(method_card(found));
    }
    if (card.methods.empty()) {
      return refuse(script.convention.empty()
                        ? "the file does not say how it streams (it is no nn~ model); a card beside it can"
                        : "the file has no method that streams");
    }
    for (const auto& found : script.attributes) {
      const bool known = std::any_of(card.attributes.begin(), card.attributes.end(),
                                     [&](const auto& one) { return one.name == found.name; });
      if (!known) card.attributes.push_back(attribute_card(found));
    }
    if (card.model_rate == 0) card.model_rate = script.rate;
    if (card.stream.latency < 0) card.stream.latency = script.latency;
    if (card.about.empty()) card.about = script.about;
    if (card.authors.empty()) card.authors = script.authors;
    if (card.links.empty()) card.links = script.links;
    return {};
  }

  base::Result<std::vector<Method>> methods(const Card& card, const Program& program) const override {
    std::vector<Method> methods;
    for (const auto& wanted : card.methods) {
      Method method;
      method.name = wanted.name;
      method.answer = Answer::kStream;
      method.inputs = wanted.inputs;
      method.outputs = wanted.outputs;
      method.in_channels = wanted.form.in_channels;
      method.in_ratio = wanted.form.in_ratio;
      method.out_channels = wanted.form.out_channels;
      method.out_ratio = wanted.form.out_ratio;
      int samples = std::lcm(method.in_ratio, method.out_ratio);
      const int least = std::max(program.script().block, 1);
      samples *= (least + samples - 1) / samples;
      if (samples > kMostBlock) return refuse("its methods need " + std::to_string(samples) + " samples at once");
      method.block = samples / method.in_ratio;
      methods.push_back(std::move(method));
    }
    return methods;
  }

  bool own_state() const override { return true; }

  std::vector<int> blocks(const Method& method) const override {
    std::vector<int> blocks{method.block};
    for (int i = 0; i < kBlockDoublings && blocks.back() * method.in_ratio <= kMostBlock / 2; ++i) {
      blocks.push_back(2 * blocks.back());
    }
    return blocks;
  }

  int usual_frames(const Method& method) const override { return usual_block({}, method) / method.in_ratio; }

  std::unique_ptr<Caller> caller(const Card& /*card*/, std::span<const Method> methods,
                                 bool /*stateful*/) const override {
    return stream_caller(methods);
  }

  /// Quiet noise, another one each time.
  std::vector<float> probe(const Method& method, std::size_t pass) const override {
    std::vector<float> block(static_cast<std::size_t>(method.block * method.in_channels));
    std::uint32_t noise = 2463534242U + static_cast<std::uint32_t>(pass);
    for (float& number : block) {
      noise ^= noise << 13U;
      noise ^= noise >> 17U;
      noise ^= noise << 5U;
      number = static_cast<float>(static_cast<std::int32_t>(noise)) * (0.1F / 2147483648.0F);
    }
    return block;
  }

  std::vector<AttributeCard> settings(const Card& card, std::span<const Method> methods) const override {
    return stream_settings(card, methods);
  }

  base::Result<std::unique_ptr<Stream>> stream(const std::shared_ptr<const Model>& model, std::size_t method,
                                               const StreamFormat& format) const override {
    const Method& served = model->methods()[method];
    if (format.channels != served.in_channels) {
      return Error{ErrorCode::kMalformed, served.name + " takes " +
                                              count_text(static_cast<std::size_t>(served.in_channels), "channel") +
                                              "; " + std::to_string(format.channels) + " came"};
    }
    const Card& card = model->card();
    const auto policy = card.stream.other_rate;
    const bool other = card.model_rate > 0 && card.model_rate != format.rate;
    if (other && policy == StreamCard::OtherRate::kRefuse) {
      return Error{ErrorCode::kWrongState, "it runs at " + number_text(card.model_rate) + " Hz, and its card refuses " +
                                               number_text(format.rate) + "; open the session at its rate"};
    }
    const bool resample = other && policy == StreamCard::OtherRate::kResample;
    return BlockStream::make(model, method, resample ? card.model_rate : format.rate, format);
  }

 private:
  static Error refuse(std::string text) { return {ErrorCode::kModelFailed, std::move(text)}; }
};

}  // namespace

std::vector<AttributeCard> stream_settings(const Card& card, std::span<const Method> methods) {
  if (methods.empty()) return {};
  int least = kMostBlock;
  for (const auto& method : methods) least = std::min(least, method.block * method.in_ratio);
  AttributeCard block;
  block.name = "block";
  block.types = "i";
  block.min = static_cast<float>(least);
  block.max = kMostBlock;
  block.initial = {usual_block(card, methods.front())};
  AttributeCard seed;
  seed.name = "seed";
  seed.types = "i";
  seed.min = 0;
  seed.max = 16777216;
  std::vector<AttributeCard> settings;
  for (auto& setting : {block, seed}) {  // attributes of the file come first
    const bool taken = std::any_of(card.attributes.begin(), card.attributes.end(),
                                   [&](const auto& one) { return one.name == setting.name; });
    if (!taken) settings.push_back(setting);
  }
  return settings;
}

int usual_block(const Card& card, const Method& method) {
  const int step = method.block * method.in_ratio;
  const int wanted = card.stream.block > 0 ? card.stream.block : kLeastUsual;
  return (wanted + step - 1) / step * step;
}

const Kind& stream_kind() {
  static const StreamKind kind;
  return kind;
}

}  // namespace models
