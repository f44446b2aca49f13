#include "server/supervisor/faults.hpp"

#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>

namespace server {

namespace {

constexpr std::array kFaults{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGSYS, SIGTRAP};
constexpr std::size_t kStack = 64U << 10;

CallBoard* board_of_process = nullptr;
std::array<struct sigaction, kFaults.size()> earlier;

bool own(const siginfo_t& info) {
  if (info.si_code > 0 && info.si_code != SI_USER) return true;  // the kernel: this thread's instruction
  return info.si_pid == getpid();                                // abort, raise
}

void note(int signal, siginfo_t* info, void* context) {
  if (own(*info) && board_of_process->fault_signal.exchange(signal) == 0) {
    board_of_process->fault_slot.store(slot_of_this_thread());
  }
  for (std::size_t i = 0; i < kFaults.size(); ++i) {
    if (kFaults[i] != signal) continue;
    sigaction(signal, &earlier[i], nullptr);  // a sanitizer's report, or the default: the end
    if ((earlier[i].sa_flags & SA_SIGINFO) != 0) return earlier[i].sa_sigaction(signal, info, context);
  }
  if (info->si_code <= 0) (void)raise(signal);  // an instruction that faults does so again by itself
}

}  // namespace

void note_faults(CallBoard& board) {
  board_of_process = &board;
  prepare_fault_stack();
  for (std::size_t i = 0; i < kFaults.size(); ++i) {
    struct sigaction action {};
    action.sa_sigaction = note;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    sigaction(kFaults[i], &action, &earlier[i]);
  }
}

void prepare_fault_stack() {
  stack_t before{};
  if (sigaltstack(nullptr, &before) == 0 && (before.ss_flags & SS_DISABLE) == 0) return;  // a sanitizer's
  stack_t stack{};
  stack.ss_sp = std::malloc(kStack);
  stack.ss_size = kStack;
  if (stack.ss_sp != nullptr) sigaltstack(&stack, nullptr);
}

}  // namespace server
