#include "kind.hpp"

#include <array>
#include <string>

namespace models {

namespace {

constexpr std::array<std::string_view, 4> kNames{"params", "classifier", "stream", "melody"};
constexpr std::array<const Kind& (*)(), kNames.size()> kKinds{params_kind, classifier_kind, stream_kind, melody_kind};

}  // namespace

base::Result<std::unique_ptr<Way>> Kind::way(const Card& /*card*/, std::span<const Method> /*methods*/,
                                             std::size_t /*method*/, const StreamFormat& /*format*/,
                                             bool /*stateful*/) const {
  return base::Error{base::ErrorCode::kWrongState,
                     "it is of kind " + std::string(name()) + ", which takes no streams; ask it with /run or /ask"};
}

std::span<const std::string_view> kinds() { return kNames; }

const Kind* find_kind(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return &kKinds[i]();
  }
  return nullptr;
}

}  // namespace models
