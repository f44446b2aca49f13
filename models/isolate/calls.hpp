#pragma once
#include <cstdint>

namespace models {

/// What a process is asked to do for an isolated model. What is asked and answered is packed in this order; every
/// answer begins with a status.
enum class Call : std::uint32_t {
  kLoad = 1,   ///< card → engine's version, methods, facts, what the file says of itself
  kTry,        ///< card, kernels of ours or not → nothing: everything that a load does, and all of it forgotten
  kFresh,      ///< → run
  kShared,     ///< → run
  kRewritten,  ///< → run; 0: there is no such way
  kChoose,     ///< chosen → nothing
  kKernels,    ///< how kernels of ours are used → how many operations they take over
  kDiffers,    ///< run, thorough → differs
  kLeaveOut,   ///< method → nothing
  kFacts,      ///< → facts
  kRun,        ///< run, method, shape, numbers → shape, numbers
  kSet,        ///< run, attribute, values → nothing
  kGet,        ///< run, attribute → values
  kFill,       ///< run, buffer, channels, rate, numbers → nothing
  kClear,      ///< run, buffer → nothing
  kSeed,       ///< run, seed → nothing
  kDrop,       ///< run, on the control line and never answered: nobody holds it any more
};

/// The name of a Run in its process.
using RunId = std::uint64_t;

}  // namespace models
