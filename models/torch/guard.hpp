#pragma once
#include <c10/core/InferenceMode.h>
#include <c10/util/Exception.h>

#include <exception>
#include <string>
#include <utility>

#include "base/result.hpp"
#include "reason.hpp"

namespace models {

/// Runs `work` (which returns a Result) with autograd off: the one place that says so, and the one where exceptions of
/// LibTorch stop. `explain` makes a sentence of what was thrown.
template <class Work, class Explain>
auto guarded(Work&& work, Explain&& explain) noexcept -> decltype(work()) {
  try {
    const c10::InferenceMode inference;
    return work();
  } catch (const c10::Error& error) {
    return base::Error{base::ErrorCode::kModelFailed, explain(error.what_without_backtrace())};
  } catch (const std::exception& error) {
    return base::Error{base::ErrorCode::kModelFailed, explain(error.what())};
  } catch (...) {
    return base::Error{base::ErrorCode::kModelFailed, explain("something that is no exception was thrown")};
  }
}

}  // namespace models
