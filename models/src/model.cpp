#include "models/model.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "base/heap.hpp"
#include "kernel_trial.hpp"
#include "loaded_model.hpp"
#include "measure.hpp"
#include "models/watch.hpp"
#include "text.hpp"

namespace models {

namespace {

using base::Error;
using base::ErrorCode;
using base::Status;

constexpr double kQuicker = 0.95;  ///< a way of serving has to be worth it
constexpr std::chrono::milliseconds kLeastCompare{20}, kMostCompare{150};
constexpr std::size_t kLeastCalls = 9, kMostCalls = 400;

/// Passes calls on, and notes how many numbers the last one was given.
class NotedRun final : public Run {
 public:
  explicit NotedRun(Run& run) : run_(run) {}
  Status run(std::size_t method, const TensorIn& in, TensorOut& out) override {
    given_ = in.data.size();
    return run_.run(method, in, out);
  }
  Status set(std::string_view attribute, std::span<const Value> values) override { return run_.set(attribute, values); }
  base::Result<std::vector<Value>> get(std::string_view attribute) override { return run_.get(attribute); }
  std::size_t given() const { return given_; }

 private:
  Run& run_;
  std::size_t given_ = 1;
};

/// The steps of load(), in order; each leaves what it made in `parts`. Messages do not name the model yet.
class Loading {
 public:
  Loading(const Card& card, const LoadOptions& options) : options_(options) { parts_.card = card; }

  Status run() {
    for (const auto step :
         {&Loading::find_kind_and_engine, &Loading::check_file, &Loading::read_program, &Loading::probe_fresh,
          &Loading::choose_sharing, &Loading::choose_kernels, &Loading::find_rows, &Loading::measure_methods}) {
      if (auto status = (this->*step)(); !status) return status;
    }
    return {};
  }

  LoadedModel::Parts take() { return std::move(parts_); }

  /// Why it failed: where it has a process of its own, and that fell, for this.
  Error reason(Error error) const {
    if (const auto fall = parts_.isolated ? parts_.isolated->isolation().fall() : std::nullopt)
      return {ErrorCode::kModelFailed, fall->text + " while it loaded"};
    return error;
  }

 private:
  Status find_kind_and_engine() {
    if (auto status = check(parts_.card); !status) return status;
    parts_.kind = find_kind(parts_.card.kind);
    auto engine = parts_.card.isolate && options_.start_worker ? isolate() : open_engine(parts_.card.engine);
    if (!engine) return engine.error();
    parts_.engine = *engine;
    parts_.engine->prepare_thread();
    return {};
  }

  /// An engine in a process of its own; one channel for each that asks at once, and one for the thread that loads.
  base::Result<Engine*> isolate() {
    auto isolated = IsolatedEngine::start(parts_.card, options_, options_.side_by_side + 1);
    if (!isolated) return isolated.error();
    parts_.isolated = std::move(*isolated);
    return parts_.isolated.get();
  }

  Status check_file() {
    const Card& card = parts_.card;
    if (card.file.empty()) return {};
    std::error_code error;
    if (!std::filesystem::is_regular_file(card.file, error)) {
      return Error{ErrorCode::kUnknown, "there is no file " + card.file.string()};
    }
    if (card.sha256.empty()) return {};
    const auto found = sha256(card.file);
    if (!found) return found.error();
    std::string wanted = card.sha256;
    std::transform(wanted.begin(), wanted.end(), wanted.begin(),
                   [](char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (*found == wanted) return {};
    return Error{ErrorCode::kModelFailed, card.file.filename().string() +
                                              " is not the file of its card: its sha256 is " + *found +
                                              ", the card says " + wanted};
  }

  Status read_program() {
    auto program = parts_.engine->load(parts_.card);
    if (!program) return program.error();
    parts_.program = std::move(*program);
    if (options_.kernels && !(options_.form && !options_.form->kernels)) {
      (void)parts_.program->use_kernels(KernelUse::kLearn);
    }
    if (auto status = parts_.kind->complete(parts_.card, *parts_.program); !status) return status;
    auto methods = parts_.kind->methods(parts_.card, *parts_.program);
    if (!methods) return methods.error();
    parts_.methods = std::move(*methods);
    return {};
  }

  /// Runs a throw-away copy, sees each method's shape, and whether running leaves anything behind.
  Status probe_fresh() {
    if (auto status = renew(); !status) return status;
    for (const auto& attribute : parts_.card.attributes) {
      if (parts_.kind->own_state()) break;  // the file named them, and some can only be set
      if (auto values = run_->get(attribute.name); !values) return values.error();
    }
    if (auto status = find_blocks(); !status) return status;
    parts_.settings = parts_.kind->settings(parts_.card, parts_.methods);
    if (auto status = warm_up(first_answers_); !status) return status;
    const bool own = parts_.kind->own_state();
    const bool differs = parts_.program->differs(*run_, !own);
    parts_.stateful = own || parts_.card.state || !parts_.card.attributes.empty() || differs;
    return {};
  }

  Status renew() {
    auto fresh = start_run(parts_.card, *parts_.program, true);
    if (!fresh) return fresh.error();
    run_ = std::move(*fresh);
    caller_ = parts_.kind->caller(parts_.card, parts_.methods, true);
    return {};
  }

  /// Some files need longer blocks than they say, and some have a method that does not work at all: then it is left
  /// out, and only a file without any other is refused.
  Status find_blocks() {
    Status first;
    for (std::size_t i = 0; i < parts_.methods.size();) {
      auto status = find_block(i);
      if (status) {
        ++i;
        continue;
      }
      if (parts_.methods.size() == 1) return first ? status : first;
      if (first) first = status;
      if (auto left_out = leave_out(i, status.error().message); !left_out) return left_out;
    }
    return {};
  }

  Status find_block(std::size_t method) {
    const auto blocks = parts_.kind->blocks(parts_.methods[method]);
    if (blocks.size() == 1) return {};
    Status first;
    for (const int block : blocks) {
      parts_.methods[method].block = block;
      auto status = caller_->run(*run_, method, parts_.kind->probe(parts_.methods[method], 0), out_);
      if (status) return {};
      if (first) first = std::move(status);
      if (auto renewed = renew(); !renewed) return renewed;
    }
    return first;
  }

  Status leave_out(std::size_t method, const std::string& why) {
    const auto at = static_cast<std::ptrdiff_t>(method);
    parts_.left_out.push_back(why);
    run_.reset();
    caller_.reset();
    parts_.methods.erase(parts_.methods.begin() + at);
    parts_.card.methods.erase(parts_.card.methods.begin() + at);
    parts_.program->leave_out(method);
    return renew();
  }

  /// A model without state is served from one shared copy, which the engine may have rewritten to be faster. Should
  /// that answer otherwise (a rewrite gone wrong, or random numbers inside), every session gets its own copy instead.
  Status choose_sharing() {
    if (parts_.stateful) return {};
    auto shared = parts_.program->shared();
    if (!shared) return shared.error();
    auto fresh = std::exchange(run_, std::move(*shared));
    caller_ = parts_.kind->caller(parts_.card, parts_.methods, false);
    std::vector<float> answers;
    if (warm_up(answers) && agree(first_answers_, answers)) {
      fresh.reset();
      choose_quicker();
      return {};
    }
    parts_.stateful = true;
    run_ = std::move(fresh);
    caller_ = parts_.kind->caller(parts_.card, parts_.methods, true);
    return {};
  }

  /// The engine may have a second way to share, which is the better one for some networks and the worse for others:
  /// only the clock can tell.
  void choose_quicker() {
    if (options_.form && !options_.form->rewritten) return;
    auto rewritten = parts_.program->rewritten();
    if (!rewritten || *rewritten == nullptr) return;
    const bool chosen = options_.form ? is_right(*rewritten) : is_quicker(*rewritten);
    parts_.form.rewritten = chosen;
    if (chosen) std::swap(run_, *rewritten);
    rewritten->reset();
    parts_.program->choose_rewritten(chosen);
  }

  /// Whether `other` answers as run_ does.
  bool is_right(std::unique_ptr<Run>& other) {
    std::swap(run_, other);
    std::vector<float> answers;
    const bool right = warm_up(answers) && agree(first_answers_, answers);
    std::swap(run_, other);
    return right;
  }

  /// Whether `other` answers as run_ does, and for less of the processor. Call by call in turns, by the clock of this
  /// thread, so that what else the machine does meets both and counts for neither.
  bool is_quicker(std::unique_ptr<Run>& other) {
    if (!is_right(other)) return false;
    Micros takes{0}, other_takes{0};
    for (std::size_t i = 0; i < parts_.methods.size(); ++i) {
      if (asks_script(i) && !compare(i, other, takes, other_takes)) return false;
    }
    return other_takes < kQuicker * takes;
  }

  /// What an isolated model computes with is the time of another thread, far away: all that can be had is the wall's.
  Micros clock() const { return parts_.isolated ? Micros(base::Clock::now().time_since_epoch()) : thread_time(); }

  /// Adds the medians of one method. False: a call failed.
  bool compare(std::size_t method, std::unique_ptr<Run>& other, Micros& takes, Micros& other_takes) {
    std::vector<Micros> ours, theirs;
    const auto ends = base::Clock::now() + std::clamp(options_.measure, kLeastCompare, kMostCompare);
    for (std::size_t pass = 0; ours.size() < kLeastCalls || (base::Clock::now() < ends && pass < kMostCalls); ++pass) {
      for (auto* times : {&ours, &theirs}) {
        const auto before = clock();
        if (!call(*run_, method, pass)) return false;
        times->push_back(clock() - before);
        std::swap(run_, other);
      }
    }
    takes += percentiles(std::move(ours)).p50;
    other_takes += percentiles(std::move(theirs)).p50;
    return true;
  }

  /// Kernels of ours, where they answer as the engine's own do, and for less of the processor. A program that all
  /// share has its weights in its code, where they are not found.
  Status choose_kernels() {
    if (!parts_.stateful || parts_.program->use_kernels(KernelUse::kOn) == 0) {
      (void)parts_.program->use_kernels(KernelUse::kNever);
      return {};
    }
    run_.reset();
    KernelTrial trial(*parts_.program);
    const auto status = try_kernels(trial);
    const bool on = status && trial.is_right() && (options_.form || trial.is_quicker());
    parts_.form.kernels = on;
    parts_.kernels = status ? trial.text(on) : "off: " + status.error().message;
    (void)parts_.program->use_kernels(on ? KernelUse::kOn : KernelUse::kNever);
    if (!status) return renew();
    run_ = trial.take(on);
    return {};
  }

  Status try_kernels(KernelTrial& trial) {
    const auto make = [this] { return start_run(parts_.card, *parts_.program, true); };
    if (auto status = trial.begin(make); !status) return status;
    for (std::size_t i = 0; i < parts_.methods.size(); ++i) {
      const auto timed = [&](Run& run, std::size_t pass, std::vector<float>& out, Micros& took) {
        const auto before = clock();
        auto called = call(run, i, pass);
        took = clock() - before;
        out = out_;
        return called;
      };
      if (!asks_script(i)) continue;
      if (auto status = trial.method(timed, std::min(options_.measure, kMostCompare)); !status) return status;
    }
    return {};
  }

  /// A script that takes several windows at once, and says of each what it says of it alone, may be asked so.
  Status find_rows() {
    if (parts_.stateful) return {};
    for (std::size_t i = 0; i < parts_.methods.size(); ++i) {
      if (asks_script(i)) parts_.methods[i].rows = rows_of(i);
    }
    return {};
  }

  /// As for an earlier method that asks the script the same; else by trying two, and the most.
  int rows_of(std::size_t method) {
    for (std::size_t i = 0; i < method; ++i) {
      if (asks_script(i) && call_of(i) == call_of(method)) return parts_.methods[i].rows;
    }
    return try_rows(method, caller_->most_rows()) ? static_cast<int>(caller_->most_rows()) : 1;
  }

  std::pair<std::string, int> call_of(std::size_t method) const {
    const MethodCard& card = parts_.card.methods[method];
    return {card.call.empty() ? card.name : card.call, card.element};
  }

  bool try_rows(std::size_t method, std::size_t most) {
    std::vector<float> numbers, alone, together;
    for (std::size_t rows = 1; rows <= most; ++rows) {
      const std::size_t before = numbers.size();
      caller_->prepare(parts_.kind->probe(parts_.methods[method], rows), numbers);
      if (!caller_->ask(*run_, method, std::span(numbers).subspan(before), 1, alone)) return false;
      if (rows != 2 && rows != most) continue;
      together.clear();
      if (!caller_->ask(*run_, method, numbers, rows, together) || !agree(alone, together)) return false;
    }
    return most > 1;
  }

  Status measure_methods() {
    NotedRun run(*run_);
    parts_.limits.resize(parts_.methods.size());
    for (std::size_t i = 0; i < parts_.methods.size(); ++i) {
      if (!asks_script(i)) continue;
      std::size_t pass = 0;
      auto timing = measure([&] { return call(run, i, pass++); }, options_.measure);
      if (!timing) return timing.error();
      parts_.methods[i].timing = *timing;
      parts_.limits[i] = {timing->longest, run.given()};
    }
    parts_.program->limit_calls(parts_.limits);
    return {};
  }

  /// The probing pass and `warmup` more of each method; their answers go to the end of `answers`. What streams runs as
  /// it is, without an optimizer that has to see it first.
  Status warm_up(std::vector<float>& answers) {
    for (std::size_t i = 0; i < parts_.methods.size(); ++i) {
      const bool as_it_is = parts_.methods[i].answer == Answer::kStream;
      const auto passes = as_it_is ? 1U : static_cast<std::size_t>(std::max(options_.warmup, 3)) + 1;
      for (std::size_t pass = 0; asks_script(i) && pass < passes; ++pass) {
        if (auto status = call(*run_, i, pass); !status) return status;
        answers.insert(answers.end(), out_.begin(), out_.end());
      }
    }
    return {};
  }

  bool asks_script(std::size_t method) const { return parts_.methods[method].answer != Answer::kOnsets; }

  Status call(Run& run, std::size_t method, std::size_t pass) {
    Method& served = parts_.methods[method];
    Method usual = served;
    usual.block = parts_.kind->usual_frames(served);
    auto status = caller_->run(run, method, parts_.kind->probe(usual, pass), out_);
    if (status && served.out_channels == 0) served.out_channels = static_cast<int>(out_.size());
    return status;
  }

  static bool agree(std::span<const float> a, std::span<const float> b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](float x, float y) { return std::abs(x - y) <= 1e-5F * std::max(1.0F, std::abs(x)); });
  }

  LoadOptions options_;
  LoadedModel::Parts parts_;
  std::unique_ptr<Run> run_;
  std::unique_ptr<Caller> caller_;
  std::vector<float> first_answers_;
  std::vector<float> out_;
};

}  // namespace

base::Status check(const Card& card) {
  if (const Kind* kind = find_kind(card.kind)) return kind->check(card);
  const std::vector<std::string> known(kinds().begin(), kinds().end());
  return Error{ErrorCode::kUnknown, "no kind '" + card.kind + "'; this build serves " + list_text(known)};
}

base::Result<std::shared_ptr<const Model>> load(const Card& card, const LoadOptions& options) {
  auto loading = std::make_unique<Loading>(card, options);
  if (auto status = loading->run(); !status) return named(card.name, loading->reason(std::move(status.error())));
  auto model = std::make_shared<LoadedModel>(loading->take());
  loading.reset();
  base::give_back_memory();  // of what was tried out: sessions are made on other threads
  return std::shared_ptr<const Model>(std::move(model));
}

}  // namespace models
