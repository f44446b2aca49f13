#pragma once
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "models/card.hpp"
#include "models/watch.hpp"

namespace models {

/// float32, row-major, in memory of the caller.
struct TensorIn {
  std::span<const float> data;
  std::vector<std::int64_t> shape;
};

/// float32, row-major. `run` fills it anew; the memory is kept between calls.
struct TensorOut {
  std::vector<float> data;
  std::vector<std::int64_t> shape;
};

/// Sound for a buffer of a model. The samples belong to the caller.
struct Sound {
  int channels = 1;
  double rate = 0;                ///< samples per second
  std::span<const float> planes;  ///< [channels, samples]
};

/// One runnable copy of a program, with its own state and its own scratch memory. Its program outlives it.
/// Thread: [infer] or [net], one caller at a time.
class Run {
 public:
  virtual ~Run() = default;
  /// One call of what the card's method of this index asks for (its `call`, and the element of what that gives).
  /// Fails: kModelFailed with the script's own reason in one line; state is then unknown, take a fresh run.
  virtual base::Status run(std::size_t method, const TensorIn& in, TensorOut& out) = 0;
  /// Fails: kUnknown (no such attribute), kMalformed (wrong count or type), kModelFailed (the setter raised or
  /// refused).
  virtual base::Status set(std::string_view attribute, std::span<const Value> values) = 0;
  virtual base::Result<std::vector<Value>> get(std::string_view attribute) = 0;
  /// From now on its random numbers are those of this seed, whatever other runs draw. A run that was never told draws
  /// from one that all such runs share.
  virtual void seed(std::uint64_t /*seed*/) {}
  /// Fills a buffer of Script::buffers, or empties it. Fails: kUnknown; kModelFailed (the script raised or refused).
  virtual base::Status fill(std::string_view /*buffer*/, const Sound& /*sound*/) {
    return base::Error{base::ErrorCode::kUnknown, "it has no buffers"};
  }
  virtual base::Status clear(std::string_view buffer) { return fill(buffer, {}); }
};

/// What a program does with kernels of ours, beside those of its engine.
enum class KernelUse : std::uint8_t { kOff, kLearn, kOn, kNever };

/// A method that a file declares by itself.
struct ScriptMethod {
  std::string name;
  StreamForm form;
  std::vector<std::string> inputs, outputs;  ///< what its channels are called; as many as there are, or none
};

/// A setting that a file declares by itself.
struct ScriptAttribute {
  std::string name;
  std::string types;  ///< as AttributeCard::types
  bool can_set = true, can_get = true;
  float min = -std::numeric_limits<float>::infinity();
  float max = std::numeric_limits<float>::infinity();
};

/// What a file says of itself, by a convention that its engine knows. Plain values: it may cross into another process.
struct Script {
  std::string convention;   ///< "nn~", "Neutone"; empty: it follows none, and a card has to say everything
  std::string wrapped_in;   ///< the submodule that was taken out of its wrapper; empty: none
  double rate = 0;          ///< samples per second; 0: it does not say
  std::string rate_from;    ///< where the rate stands
  bool takes_rate = false;  ///< its attribute sample_rate (i) may be set to the rate that it runs at
  int latency = -1;         ///< samples at its rate that its output comes after its input; -1: it does not say
  int block = 1;            ///< samples at its rate: no method takes less
  std::vector<ScriptMethod> methods;
  std::vector<ScriptAttribute> attributes;
  std::vector<std::string> buffers;  ///< attributes that are filled with sound
  std::vector<std::string> hidden;   ///< methods that are there for another purpose
  std::string about;                 ///< one sentence; may be empty
  std::vector<std::string> authors, links;
};

/// A loaded file. Never run itself, so that it stays as it was in the file: pristine. Thread: [load] unless said.
class Program {
 public:
  virtual ~Program() = default;
  /// What the file can be asked: what the card asks for first, then the rest.
  virtual std::vector<std::string> methods() const = 0;
  /// A copy with its own state, as in the file. Thread: [any].
  virtual base::Result<std::unique_ptr<Run>> fresh() = 0;
  /// A copy that shares everything but scratch memory: only for programs without state. Thread: [any].
  virtual base::Result<std::unique_ptr<Run>> shared() = 0;
  /// A copy like those of shared(), of the program rewritten once more for speed: not always quicker, and not always
  /// right to the last bit. Null where there is no such way.
  virtual base::Result<std::unique_ptr<Run>> rewritten() { return std::unique_ptr<Run>(); }
  /// Whether shared() gives such copies from now on. No run of the way that is not chosen may be left: it is forgotten.
  virtual void choose_rewritten(bool /*chosen*/) {}
  /// True when running `run` left anything in it different from the file: the program has state, whatever its card
  /// says. @param thorough  looks into the code too, for state that only some inputs touch: slow for large files.
  virtual bool differs(const Run& run, bool thorough) const = 0;
  /// What the file says of itself. For a card that names no methods, they are those that Run::run counts.
  virtual const Script& script() const {
    static const Script none;
    return none;
  }
  /// This method cannot be run: it is forgotten, and those after it move up. No run may be left.
  virtual void leave_out(std::size_t /*method*/) {}
  /// How long a call of each method may take from now on. Only for programs that can be stopped.
  virtual void limit_calls(const std::vector<CallLimit>& /*by_method*/) {}
  /// Whether its runs compute with kernels of ours, from their next call on. They differ from the engine's own in the
  /// last bits. kLearn: what runs that are made from now on call is looked at; kOn packs it at the first time, and
  /// kNever forgets all of it. Returns how many operations they take over; 0: there are none, and nothing changes.
  /// Thread: [load], between calls.
  virtual std::size_t use_kernels(KernelUse /*use*/) { return 0; }
  /// Lines for `oscine inspect`: what the file itself says (exporter version, buffers, parameters …).
  virtual std::vector<std::pair<std::string, std::string>> facts() const = 0;
};

/// A library that runs programs.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual std::string_view name() const = 0;
  /// For `--version` and the log: "LibTorch 2.13.0".
  virtual std::string version() const = 0;
  /// Call once on every thread that will run its programs (thread-local settings). Thread: that thread.
  virtual void prepare_thread() = 0;
  /// Reads card.file and finds the methods of the card (all of the file's where the card names none).
  /// Fails: kUnknown (no file), kModelFailed (unreadable, a method is missing …). One at a time: [load].
  virtual base::Result<std::unique_ptr<Program>> load(const Card& card) = 0;
};

/// The engine of that name; opened at the first call (LibTorch: about 250 ms and 115 MB) and kept until the process
/// ends. Fails: kUnknown for a name not in the table; kLoading where the library is not built in or cannot be opened.
/// Thread: [load] (others may call once it has returned a value).
base::Result<Engine*> open_engine(std::string_view name);

/// The version of LibTorch that this build was made with, without loading it; "none" without it.
std::string_view torch_version();

/// The symbol by which an engine library hands over its engine: `extern "C" models::Engine* oscine_engine();`
using EngineEntry = Engine* (*)();
inline constexpr char kEngineEntry[] = "oscine_engine";

}  // namespace models
