#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "models/engine.hpp"
#include "models/model.hpp"

namespace models {

/// One program with the kernels of its engine and with ours: two runs with the same random numbers are called in turns
/// with the same blocks, so that what else the machine does meets both.
class KernelTrial {
 public:
  using Make = std::function<base::Result<std::unique_ptr<Run>>()>;
  /// Calls the run with a block; gives its answer, and what it took. @param pass  which block, from 0
  using Call = std::function<base::Status(Run& run, std::size_t pass, std::vector<float>& out, Micros& took)>;

  explicit KernelTrial(Program& program) : program_(program) {}

  /// @param make  a pristine run of the program. Fails: as it.
  base::Status begin(const Make& make);
  /// One method: a pair of calls, and more while there is time. Fails: as `call`.
  base::Status method(const Call& call, base::Duration time);

  /// They answer alike but for rounding.
  bool is_right() const;
  /// Ours is worth it.
  bool is_quicker() const;
  /// "on: 7.63 ms for one block of each method, 34.1 ms without"
  std::string text(bool chosen) const;
  std::unique_ptr<Run> take(bool ours) { return std::move(ours ? ours_ : theirs_); }

 private:
  base::Status pair(const Call& call);
  void end_method();

  Program& program_;
  std::unique_ptr<Run> ours_, theirs_;
  std::vector<float> our_answer_, their_answer_;
  std::vector<Micros> our_times_, their_times_;  ///< of this method
  double error_ = 0, power_ = 0;                 ///< of this method, squared
  double worst_ = 0;                             ///< error by rms, of all
  Micros our_time_{0}, their_time_{0};           ///< medians, of all methods together
};

}  // namespace models
