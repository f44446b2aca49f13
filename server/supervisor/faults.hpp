#pragma once
#include "server/core/call_board.hpp"

namespace server {

/// From now on a signal that this process raises itself (a crash, a failed assertion) is noted on the board, with the
/// slot in whose call it was raised; then the process ends as it would have. What another process sends is not noted.
/// Thread: [setup]. The board outlives the process's work.
void note_faults(CallBoard& board);

/// Gives this thread a stack for the note, so that a model that ran out of stack is told, too. It is never freed: the
/// threads that call this live as long as the process.
void prepare_fault_stack();

}  // namespace server
