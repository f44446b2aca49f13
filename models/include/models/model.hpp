#pragma once
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "models/card.hpp"
#include "models/engine.hpp"
#include "models/isolate.hpp"
#include "models/stream.hpp"

namespace models {

using Micros = std::chrono::duration<double, std::micro>;

/// How long one call took when it was measured at load, on this machine.
struct Timing {
  Micros p50{0}, p95{0}, p99{0}, p999{0};
  std::size_t runs = 0;
  Micros longest{0};
};

/// A method as it is served. A ratio is how many samples at the model's rate one frame stands for (1 for params).
struct Method {
  std::string name;
  Answer answer = Answer::kNumbers;
  std::vector<Port> inputs, outputs;  ///< names where the kind has them
  int in_channels = 0, in_ratio = 1;
  int out_channels = 0, out_ratio = 1;
  int block = 1;  ///< frames in that one call takes at least, and in multiples of which it is called
  int rows = 1;   ///< windows of streams that one call of the script can answer, each as if it were alone
  Timing timing;
};

/// How a model is served, where there is a choice: each way answers otherwise in the last bits.
struct Form {
  bool rewritten = false;  ///< from the program that its engine rewrote for speed
  bool kernels = false;    ///< with kernels of ours
  friend bool operator==(const Form&, const Form&) = default;
};

struct LoadOptions {
  int warmup = 3;                         ///< passes per method before anything is measured; 3 at least; streams: none
  std::chrono::milliseconds measure{60};  ///< at most this long per method, 2000 runs at most
  std::optional<Form> form = {};          ///< left out: the quickest
  bool kernels = true;                    ///< false: the engine's own alone, whatever `form` says
  /// Models whose card says `isolate` are loaded into a process that this starts. Empty: into this one.
  StartWorker start_worker = {};
  std::size_t side_by_side = 1;     ///< calls that an isolated model takes at once
  std::function<void()> fell = {};  ///< an isolated model's process fell by itself; on a thread of its own
  base::Duration longest = std::chrono::minutes(2);  ///< a load in another process is stopped then
};

class Model;

/// One session's own copy of a model (or a light view of the shared one, when the model has no state).
/// Outlives nothing: keeps its model alive by itself. Thread: one caller at a time, after Engine::prepare_thread().
class Instance {
 public:
  virtual ~Instance() = default;

  /// One call of `method` (an index into Model::methods()).
  /// @param in   interleaved frames: [frames, in_channels], frames a multiple of the method's block, at least one.
  /// @param out  interleaved frames: [frames / block, out_channels], where block frames make one call; the memory is
  ///             kept between calls.
  /// Fails: kMalformed (numbers that are no whole frames: says how many a frame has; a value outside its port's range:
  ///        names the port and the range); kModelFailed (the model raised, gave the wrong shape or NaN: says what, with
  ///        the model's name) — a model with state has then forgotten what it heard; its attributes stay.
  virtual base::Status run(std::size_t method, std::span<const float> in, std::vector<float>& out) = 0;

  /// One call of the script as Run::run has it, for a stream. Fails: kModelFailed with the model's name; a model with
  /// state has then forgotten what it heard.
  virtual base::Status call(std::size_t method, const TensorIn& in, TensorOut& out) = 0;

  /// Answers windows that streams of `method` have taken: one by one, or `together`, up to the method's `rows` in one
  /// call of the script. Then the last bits of an answer depend on what was asked beside it (less than 1e-5). Where
  /// such a call fails, its windows are asked about one by one: each has its answer or its own error, kModelFailed.
  virtual void ask(std::size_t method, Windows& windows, bool together) = 0;

  /// Fails: kUnknown with the nearest attribute; kMalformed naming count, type or range; kModelFailed.
  virtual base::Status set(std::string_view attribute, std::span<const Value> values) = 0;
  virtual base::Result<std::vector<Value>> get(std::string_view attribute) = 0;
  /// The rate that a session runs at, for a model that has none of its own and wants to know. Stays after reset().
  virtual base::Status use_rate(double rate) = 0;
  /// Random numbers are those of this seed from now on, and again after reset().
  virtual void seed(std::uint64_t seed) = 0;
  /// Fills a buffer with sound, or empties it. @param buffer  one of Model::buffers; "name" stands for "name#0"
  /// Fails: kUnknown with the nearest; kModelFailed.
  virtual base::Status fill(std::string_view buffer, const Sound& sound) = 0;
  virtual base::Status clear(std::string_view buffer) = 0;
  /// Attributes and buffers as they were set in `other`, an instance of another version of this model, as far as this
  /// one has them.
  virtual void take_settings(const Instance& other) = 0;
  /// Back to the state in the file, attributes and buffers too.
  virtual base::Status reset() = 0;
};

/// A model that is loaded, warm and measured. Immutable. Thread: [any].
class Model : public std::enable_shared_from_this<Model> {
 public:
  virtual ~Model() = default;
  virtual const Card& card() const = 0;
  virtual std::span<const Method> methods() const = 0;
  virtual std::span<const AttributeCard> attributes() const = 0;
  /// What each stream of this model can be told beside its attributes ("top", "threshold"): of the kind, not of the
  /// script, so that a model without state stays one.
  virtual std::span<const AttributeCard> settings() const = 0;
  /// Attributes that are filled with sound: "name#0".
  virtual std::span<const std::string> buffers() const = 0;
  /// One instance per session is needed: the card says so, running it changed it, or it has attributes.
  virtual bool stateful() const = 0;
  virtual Form form() const = 0;
  /// Of a model that runs in a process of its own: its number. 0: it runs in this one.
  virtual int process() const = 0;
  /// Its process has fallen: every call fails from then on. Thread: [any].
  virtual std::optional<Fall> fall() const = 0;
  /// Index of a method; "" and "default" are the first. Fails: kUnknown, naming those there are.
  virtual base::Result<std::size_t> method(std::string_view name) const = 0;
  /// A pristine instance; for a model without state a light one that shares the weights.
  virtual base::Result<std::unique_ptr<Instance>> instance() const = 0;
  /// A session's way through `method`, for input of this form. Keeps the model alive.
  /// Fails: kWrongState where the kind takes no streams (params), kMalformed for a rate or a channel count that it
  /// cannot take.
  virtual base::Result<std::unique_ptr<Stream>> stream(std::size_t method, const StreamFormat& format) const = 0;
  virtual Engine& engine() const = 0;
  /// Lines for `oscine inspect`: what the file says, and how the engine serves it.
  virtual std::vector<std::pair<std::string, std::string>> facts() const { return {}; }
};

/// Loads what the card describes: opens its engine, checks the hash, loads, probes each method's shape, warms up (the
/// probing pass and `warmup` more; streams the one pass), measures, and leaves a pristine program.
/// Fails: kUnknown (no such kind, engine or file), kModelFailed (hash, shape, NaN, raised …) in a sentence that names
/// the model. Nothing is left behind. Thread: [load]. Takes: LibTorch's start the first time, then tens of
/// milliseconds.
base::Result<std::shared_ptr<const Model>> load(const Card& card, const LoadOptions& options = {});

/// What the card alone can tell is wrong for its kind; nothing is opened. The sentence does not name the model, and
/// begins with the key where there is one ("frontEnd.hop is 0; …"). Fails: kUnknown (no such kind), kModelFailed.
/// Thread: [any].
base::Status check(const Card& card);

/// The kinds that this build serves ("params"), for messages and help.
std::span<const std::string_view> kinds();

/// 64 hex digits by which a load is known: of the file's bytes and of what the card says to do with them. Fails:
/// kUnknown when the file cannot be read. Thread: [any].
base::Result<std::string> load_key(const Card& card);

/// 64 hex digits; remembered for as long as the file stays as it is. Fails: kUnknown when it cannot be read.
/// Thread: [any].
base::Result<std::string> sha256(const std::filesystem::path& file);

}  // namespace models
