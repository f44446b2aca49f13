#pragma once
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <variant>

namespace base {

/// Why a request was refused or failed. The same numbers travel in `/fail` (docs/protocol.md).
enum class ErrorCode : int {
  kMalformed = 400,    ///< The message could not be understood: wrong type, count, range, NaN.
  kForbidden = 403,    ///< Not allowed here: a path, an address, a command.
  kUnknown = 404,      ///< No such address, model, session, method or attribute.
  kExpired = 408,      ///< The session asked for a deadline, and it had passed when the turn came.
  kWrongState = 409,   ///< Right request, wrong moment: a name taken, a lower generation.
  kGone = 410,         ///< The session is no more: open again.
  kTooLarge = 413,     ///< Does not fit the message size or a limit.
  kBusy = 429,         ///< The queue is full: send less, or later.
  kModelFailed = 500,  ///< The model raised, or gave the wrong shape or NaN.
  kNotYet = 501,       ///< Documented, and not served by this version.
  kLoading = 503,      ///< The model is still loading, or could not be loaded.
};

/// The number that travels in `/fail`.
constexpr int number(ErrorCode code) { return static_cast<int>(code); }

/// A code and one sentence that a musician can act on.
struct Error {
  ErrorCode code;
  std::string message;
};

/// A value, or the reason why there is none. Same shape as std::expected<T, Error>, which clang 14 lacks.
template <class T>
class [[nodiscard]] Result {
 public:
  Result(T value) : held_(std::in_place_index<0>, std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Result(Error error) : held_(std::in_place_index<1>, std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool has_value() const { return held_.index() == 0; }
  explicit operator bool() const { return has_value(); }
  T& value() { return std::get<0>(held_); }
  const T& value() const { return std::get<0>(held_); }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }
  Error& error() { return std::get<1>(held_); }
  const Error& error() const { return std::get<1>(held_); }

 private:
  std::variant<T, Error> held_;
};

/// Done, or the reason why not.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool has_value() const { return !error_; }
  explicit operator bool() const { return has_value(); }
  Error& error() { return *error_; }
  const Error& error() const { return *error_; }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace base
