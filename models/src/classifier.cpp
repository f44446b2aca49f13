#include "classifier.hpp"

#include <cstdint>

#include "classifier_caller.hpp"

namespace models {

namespace {

using base::Status;

/// Numbers of one window that are known before the script has been asked; 0: not yet.
int known_outputs(const Card& card, Answer answer) {
  if (answer == Answer::kPitch) return 2;
  if (answer == Answer::kOnsets) return 1;
  return answer == Answer::kFrames ? 0 : static_cast<int>(card.labels.size());
}

/// Sound in; labels, hits, pitch or frames out.
class ClassifierKind final : public Kind {
 public:
  std::string_view name() const override { return "classifier"; }

  Status check(const Card& card) const override { return check_classifier(card); }

  base::Result<std::vector<Method>> methods(const Card& card, const Program& /*program*/) const override {
    std::vector<Method> methods;
    for (const auto& wanted : card.methods) {
      Method method;
      method.name = wanted.name;
      method.answer = wanted.answer;
      method.in_channels = 1;
      method.block = card.listen.window;
      method.out_channels = known_outputs(card, wanted.answer);
      method.out_ratio = card.listen.hop;
      methods.push_back(std::move(method));
    }
    return methods;
  }

  std::unique_ptr<Caller> caller(const Card& card, std::span<const Method> methods, bool /*stateful*/) const override {
    return classifier_caller(card, methods);
  }

  /// Quiet noise, another one each time: what a network hears most.
  std::vector<float> probe(const Method& method, std::size_t pass) const override {
    std::vector<float> window(static_cast<std::size_t>(method.block));
    auto random = static_cast<std::uint32_t>(pass) * 2654435761U + 12345U;
    for (float& sample : window) {
      random = random * 1664525U + 1013904223U;
      sample = 0.1F * (static_cast<float>(random >> 8U) / 8388608.0F - 1);
    }
    return window;
  }

  std::vector<AttributeCard> settings(const Card& card, std::span<const Method> /*methods*/) const override {
    return classifier_settings(card);
  }

  base::Result<std::unique_ptr<Way>> way(const Card& card, std::span<const Method> methods, std::size_t method,
                                         const StreamFormat& format, bool stateful) const override {
    return classifier_way(card, methods, method, format, stateful);
  }
};

}  // namespace

const Kind& classifier_kind() {
  static const ClassifierKind kind;
  return kind;
}

}  // namespace models
