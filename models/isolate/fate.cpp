#include "models/fate.hpp"

#include <utility>

namespace models {

namespace {
thread_local Fates* fates_of_this_thread = nullptr;
}  // namespace

FatesHere::FatesHere(Fates& fates) : before_(std::exchange(fates_of_this_thread, &fates)) {}
FatesHere::~FatesHere() { fates_of_this_thread = before_; }

Fates* fates_here() { return fates_of_this_thread; }

}  // namespace models
