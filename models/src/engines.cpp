#include <array>
#include <mutex>
#include <utility>

#include "models/engine.hpp"
#include "models/fake_engine.hpp"
#include "text.hpp"
#include "torch_library.hpp"

namespace models {

namespace {

using Opener = base::Result<Engine*> (*)();

struct Entry {
  std::string_view name;
  Opener open;
};

constexpr std::array<Entry, 2> kEngines{{
    {"torch", open_torch_library},
    {"fake", [] { return base::Result<Engine*>(&fake_engine()); }},
}};

}  // namespace

base::Result<Engine*> open_engine(std::string_view name) {
  static std::mutex opening;
  static std::array<Engine*, kEngines.size()> opened{};
  std::vector<std::string> names;
  const std::lock_guard lock(opening);
  for (std::size_t i = 0; i < kEngines.size(); ++i) {
    names.emplace_back(kEngines[i].name);
    if (kEngines[i].name != name) continue;
    if (opened[i] != nullptr) return opened[i];
    auto engine = kEngines[i].open();
    if (engine) opened[i] = *engine;
    return engine;
  }
  return base::Error{base::ErrorCode::kUnknown,
                     "no engine '" + std::string(name) + "'; this build knows " + list_text(names)};
}

}  // namespace models
