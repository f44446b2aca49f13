#pragma once
#include <string>

#include "base/result.hpp"

namespace server {

/// What the system lets this process do so that answers come in time. Each asks, takes what it gets, and says it.

/// Lifts the thread that calls above the others of this program: SCHED_FIFO 10 where the system allows it, else five
/// steps less nice. Threads and processes that it starts begin as usual. @return what it is now, for the log:
/// "SCHED_FIFO 10", "nice -5", "as the others (…)". Thread: [net], before it serves; those that it should not touch
/// begin before.
std::string lift_this_thread();

/// Whether lift_this_thread() would get SCHED_FIFO. Tried on a thread of its own. Thread: [any].
bool real_time_allowed();

/// Keeps in memory what this process has touched and will touch. Tried only where the system sets no bound: with one,
/// the memory that comes after it would be refused, in the middle of a piece. Fails: kForbidden with what to do.
base::Status lock_memory();

/// "4 MB", "208 kB", for a buffer.
std::string buffer_text(std::size_t bytes);

}  // namespace server
