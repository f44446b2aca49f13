#include <utility>

#include "engine.hpp"
#include "models/isolate.hpp"

namespace models {

Tryouts::Tryouts() = default;
Tryouts::~Tryouts() = default;

void Tryouts::rest() { engine_.reset(); }

// A process that another model was tried in may fall for what that one did: only a new one is believed.
base::Status Tryouts::try_out(const Card& card, const LoadOptions& options) {
  const bool used = engine_ != nullptr;
  auto status = try_once(card, options);
  const auto fall = engine_ ? engine_->isolation().fall() : std::nullopt;
  if (!fall) return status;
  rest();
  if (used && fall->kind != Fall::Kind::kHang) return try_out(card, options);
  return base::Error{base::ErrorCode::kModelFailed,
                     card.name + ": " + fall->text + " while it was tried out; nothing of it is served"};
}

base::Status Tryouts::try_once(const Card& card, const LoadOptions& options) {
  if (!engine_) {
    auto unheard = options;
    unheard.fell = {};
    auto engine = IsolatedEngine::start(card, unheard, 1);
    if (!engine) return engine.error();
    engine_ = std::move(*engine);
  }
  return engine_->try_out(card, options.kernels, options.longest);
}

}  // namespace models
