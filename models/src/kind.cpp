#include "kind.hpp"

#include <array>

namespace models {

namespace {

constexpr std::array<std::string_view, 1> kNames{"params"};
constexpr std::array<const Kind& (*)(), kNames.size()> kKinds{params_kind};

}  // namespace

std::span<const std::string_view> kinds() { return kNames; }

const Kind* find_kind(std::string_view name) {
  for (std::size_t i = 0; i < kNames.size(); ++i) {
    if (kNames[i] == name) return &kKinds[i]();
  }
  return nullptr;
}

}  // namespace models
