#include "torch_library.hpp"

#include "models/late_library.hpp"

namespace models {

#if !defined(OSCINE_TORCH_VERSION)

std::string_view torch_version() { return "none"; }

base::Result<Engine*> open_torch_library() {
  return base::Error{base::ErrorCode::kLoading,
                     "this build has no LibTorch: build with WITH_TORCH=ON, or name another engine in the card"};
}

#else

std::string_view torch_version() { return OSCINE_TORCH_VERSION; }

base::Result<Engine*> open_torch_library() {
  const auto entry = open_late("liboscine_torch.so", kEngineEntry);
  if (!entry) return entry.error();
  if (Engine* engine = reinterpret_cast<EngineEntry>(*entry)()) return engine;
  return base::Error{base::ErrorCode::kLoading, "LibTorch was opened and did not start"};
}

#endif

}  // namespace models
