#pragma once
#include <optional>

#include "base/result.hpp"

namespace models {

/// What becomes of calls of models that run in processes of their own follows from nothing that this process knows:
/// such a process may fall, or be killed by somebody. So on the thread that makes the calls it is told, for a
/// recording, or was told before, in a replay.
class Fates {
 public:
  virtual ~Fates() = default;
  /// One more call is to be made. @return what became of it then; nothing: it is made.
  virtual std::optional<base::Error> next() = 0;
  /// The call that next() was asked about last has failed, and its process with it.
  virtual void failed(const base::Error& error) = 0;
};

/// Who is asked and told on this thread, from now to the end of the scope; before and after it the one outside.
class FatesHere {
 public:
  explicit FatesHere(Fates& fates);
  ~FatesHere();
  FatesHere(const FatesHere&) = delete;
  FatesHere& operator=(const FatesHere&) = delete;

 private:
  Fates* before_;
};

/// That of this thread; null: nobody.
Fates* fates_here();

/// What is already decided about one more call.
inline std::optional<base::Error> next_fate() { return fates_here() != nullptr ? fates_here()->next() : std::nullopt; }
inline void tell_fate(const base::Error& error) {
  if (fates_here() != nullptr) fates_here()->failed(error);
}

}  // namespace models
