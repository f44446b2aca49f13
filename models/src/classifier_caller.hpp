#pragma once
#include <memory>
#include <span>
#include <vector>

#include "classifier.hpp"
#include "kind.hpp"

namespace models {

/// Windows through network and activation. Thread: one caller at a time.
class WindowNetwork {
 public:
  /// @param card, methods  outlive it.
  WindowNetwork(const Card& card, std::span<const Method> methods);

  /// Windows that one call of the script can be tried with: several where the first side of its tensor is 1.
  std::size_t most_rows() const { return most_rows_; }

  /// Asks about several windows in one call.
  /// @param numbers  [rows, numbers of one window], as WindowTensor has prepared them.
  /// @param out      [rows, width] is appended; width is the method's out_channels, if those are known.
  /// Fails: kModelFailed (raised, wrong shape, NaN); `out` is as before.
  base::Status ask(Run& run, std::size_t method, std::span<const float> numbers, std::size_t rows,
                   std::vector<float>& out);

 private:
  base::Status check_shape(const Method& method, const std::string& called, std::size_t rows) const;
  bool is_scores(const Method& method, std::size_t width) const;

  const Card& card_;
  std::span<const Method> methods_;
  std::size_t most_rows_ = 1;
  TensorIn in_;
  TensorOut tensor_;
};

/// Instance::run of a classifier: windows of samples at the model's rate in, their numbers out.
std::unique_ptr<Caller> classifier_caller(const Card& card, std::span<const Method> methods);

}  // namespace models
