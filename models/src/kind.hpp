#pragma once
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "models/engine.hpp"
#include "models/model.hpp"

namespace models {

/// Turns frames into tensors and back, for one instance; owns the scratch memory of that. Messages of its errors do not
/// name the model: who calls adds the name. Thread: one caller at a time.
class Caller {
 public:
  virtual ~Caller() = default;
  /// As Instance::run.
  virtual base::Status run(Run& run, std::size_t method, std::span<const float> in, std::vector<float>& out) = 0;

  /// Blocks that one call of the script can be tried with. 1: the kind takes them one by one, and what follows is never
  /// asked of it.
  virtual std::size_t most_rows() const { return 1; }
  /// Appends what the script takes for one block.
  virtual void prepare(std::span<const float> /*block*/, std::vector<float>& /*numbers*/) {}
  /// One call of the script for several blocks. @param numbers  [rows, …] as prepared.  @param out  [rows, …] is
  /// appended. Fails: kModelFailed; `out` is as before.
  virtual base::Status ask(Run& /*run*/, std::size_t /*method*/, std::span<const float> /*numbers*/,
                           std::size_t /*rows*/, std::vector<float>& /*out*/) {
    return base::Error{base::ErrorCode::kWrongState, "this kind has no windows"};
  }
};

/// What a kind keeps for one stream: Stream without the model that it belongs to. Thread: one caller at a time.
class Way {
 public:
  virtual ~Way() = default;
  /// As Stream.
  virtual base::Result<std::size_t> take(std::span<const float> frames, Windows& windows, StreamOutput& out) = 0;
  virtual base::Status tell(std::span<const Heard> heard, std::span<const WindowAnswer> answers, StreamOutput& out) = 0;
  /// The sound has ended: appends the next windows that waited for more, as if silence followed. False: none are left.
  virtual bool take_end(Windows& windows, StreamOutput& out) = 0;
  virtual void reset() = 0;
  virtual base::Status set(std::string_view setting, std::span<const Value> values) = 0;
  virtual base::Result<std::vector<Value>> get(std::string_view setting) const = 0;
  virtual std::int64_t lookahead() const = 0;
};

/// One way to use a network. A new kind is a class behind this, a line in the table of kind.cpp, and a test.
/// Kinds are stateless and live as long as the process. Thread: [any].
class Kind {
 public:
  virtual ~Kind() = default;
  virtual std::string_view name() const = 0;
  /// What the card alone can tell is wrong for this kind; before any engine is opened. Fails: kModelFailed.
  virtual base::Status check(const Card& card) const = 0;
  /// Adds what the file says and the card leaves out. Fails: kModelFailed.
  virtual base::Status complete(Card& /*card*/, const Program& /*program*/) const { return {}; }
  /// The methods as they are served; timings are filled in later, and so is an out_channels of 0: with as many numbers
  /// as the first call gave. Fails: kModelFailed.
  virtual base::Result<std::vector<Method>> methods(const Card& card, const Program& program) const = 0;
  /// @param card, methods  must outlive the caller.
  /// @param stateful       order matters: frames go through the model one after the other.
  virtual std::unique_ptr<Caller> caller(const Card& card, std::span<const Method> methods, bool stateful) const = 0;
  /// One block of input that is allowed and different for each `pass`; for probing, warming up and measuring.
  virtual std::vector<float> probe(const Method& method, std::size_t pass) const = 0;
  /// Every session has an instance of its own, whatever running one leaves behind.
  virtual bool own_state() const { return false; }
  /// Blocks that a method may have to be called with, the smallest first: the first that works is its block.
  virtual std::vector<int> blocks(const Method& method) const { return {method.block}; }
  /// Frames in that are measured, and warmed up with, where that is more than a block.
  virtual int usual_frames(const Method& method) const { return method.block; }
  /// What each stream can be told beside the model's attributes. None by default.
  virtual std::vector<AttributeCard> settings(const Card& /*card*/, std::span<const Method> /*methods*/) const {
    return {};
  }
  /// @param card, methods  outlive the way.
  /// @param stateful       there is one program for the whole stream, and what it heard changes what it answers.
  /// Fails: kWrongState where the kind takes no streams, kMalformed for a format that it cannot take.
  virtual base::Result<std::unique_ptr<Way>> way(const Card& card, std::span<const Method> methods, std::size_t method,
                                                 const StreamFormat& format, bool stateful) const;
  /// As Model::stream, for kinds that do not answer windows; null: way() has it. Messages do not name the model.
  virtual base::Result<std::unique_ptr<Stream>> stream(const std::shared_ptr<const Model>& /*model*/,
                                                       std::size_t /*method*/, const StreamFormat& /*format*/) const {
    return std::unique_ptr<Stream>();
  }
};

/// Null when this build has no such kind.
const Kind* find_kind(std::string_view name);

/// kind: params (params.cpp).
const Kind& params_kind();
/// kind: classifier (classifier.cpp).
const Kind& classifier_kind();
/// kind: stream (stream_kind.cpp).
const Kind& stream_kind();
/// kind: melody (melody_kind.cpp).
const Kind& melody_kind();

}  // namespace models
