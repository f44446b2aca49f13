#pragma once
#include <sys/types.h>

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "server/core/call_board.hpp"

namespace server {

/// A file without a name, of this size and full of zeros, closed in programs that are started. Fails: kForbidden.
base::Result<int> nameless_file(std::size_t bytes);
/// The same, with this in it, to be read from its beginning.
base::Result<int> nameless_file(std::span<const std::byte> content);
/// All that is in it, read from its beginning. Empty where it cannot be read.
std::vector<std::byte> content_of(int file);

/// A board in memory shared with whoever holds the descriptor; unmapped at the end.
class SharedBoard {
 public:
  /// A new one. Fails: kForbidden.
  static base::Result<SharedBoard> make();
  /// That of another process. Takes the descriptor. Fails: kMalformed.
  static base::Result<SharedBoard> map(int descriptor);
  SharedBoard(SharedBoard&& other) noexcept;
  SharedBoard& operator=(SharedBoard&& other) noexcept;
  ~SharedBoard();

  CallBoard& operator*() const { return *board_; }
  CallBoard* operator->() const { return board_; }
  int descriptor() const { return descriptor_; }
  /// As new: for the next process.
  void clear();

 private:
  SharedBoard(CallBoard* board, int descriptor) : board_(board), descriptor_(descriptor) {}
  CallBoard* board_ = nullptr;
  int descriptor_ = -1;
};

/// The file that this program runs from; empty where the system does not say.
std::filesystem::path program_path();

/// Starts this program again, with these arguments; it gets these descriptors, under the same numbers, and none else.
/// Fails: kBusy with the system's reason.
base::Result<pid_t> start_again(const std::vector<std::string>& arguments, std::span<const int> descriptors);

}  // namespace server
