#pragma once
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>

#include "models/engine.hpp"

namespace models {

/// The engine "fake": small deterministic programs that need no file. It is the example for a new engine, what a build
/// without LibTorch serves, and what tests misbehave with. The card's `options` say what its programs do:
///
///   does: echo    outputs are the inputs, in order, as often as needed (the default)
///         sum     every output is the sum of the frame's inputs
///         mean    every output is their mean
///         count   every output is the number of this frame: 1, 2, 3 … (has state)
///         slow    as sum, after sleeping `ms` milliseconds
///         gate    as sum, after waiting at the FakeGate named by `gate`
///         throw   raises "the fake raised, as asked"
///         nan     gives NaN as its last output
///         shape   gives one output too many
///         loud    1 − p, p, 0 …, where p is the RMS of the inputs, at most 1: as scores of "quiet" and "loud"
///         parts   output i is the RMS of the i-th of as many equal parts of the inputs as there are outputs
///         crash   ends its process by a segmentation fault;  abort: as a failed assertion;  hang: never comes back
///         tune    kind melody, and its default: a rise of two pitches scores best, with a duration that hangs on the
///         beat
///                 and on how many steps there were (the first number of state counts them)
///   when: 0.5     slow, gate, throw, nan, shape, crash, abort and hang happen only when the first number in equals
///   this
///                 one; else as sum. (Probing at load never sends a port's minimum, its maximum or 0.)
///   ms: 20        for slow; 0 when left out
///   gate: name    for does and load; "gate" when left out
///   load: fail    loading fails;  gate: loading waits at the FakeGate;  crash, abort, hang: as above
///   outputs: 3    kind classifier: numbers for each window; as many as labels (for pitch 2) when left out
///   methods: a b  what the "file" offers; the methods of the card when left out
///
/// A stream's frame of output is made of the frame of input at whose first sample it stands; count counts its output
/// frames, over all calls.
/// A classifier's inputs are the numbers of one window as its card shapes it.
/// An attribute named `gain` (type f) multiplies what echo, sum and mean answer; others are only kept.
Engine& fake_engine();

/// A gate at which programs of the fake engine wait, so that tests need no sleeping. It is closed from its making to
/// open() or its end; a program that comes to a gate that nobody has made passes.
/// Thread: [any]. One gate of a name at a time.
class FakeGate {
 public:
  explicit FakeGate(std::string name = "gate");
  ~FakeGate();
  FakeGate(const FakeGate&) = delete;
  FakeGate& operator=(const FakeGate&) = delete;

  /// Lets everybody pass, now and later, until close().
  void open();
  void close();
  /// Blocks until `count` callers wait here. False: they did not come in time.
  [[nodiscard]] bool await(std::size_t count, std::chrono::milliseconds guard = std::chrono::seconds{20});

  struct State;

 private:
  std::string name_;
  std::shared_ptr<State> state_;
};

}  // namespace models
