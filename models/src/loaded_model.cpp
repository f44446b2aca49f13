#include "loaded_model.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <utility>

#include "../isolate/fated_run.hpp"
#include "attributes.hpp"
#include "text.hpp"
#include "watched_run.hpp"

namespace models {

namespace {

base::Error no_method(std::size_t method) { return {base::ErrorCode::kUnknown, "no method " + std::to_string(method)}; }

/// Holds its model, one run of its program, and the kind's scratch memory.
class LoadedInstance final : public Instance {
 public:
  LoadedInstance(std::shared_ptr<const LoadedModel> model, std::unique_ptr<Run> run, std::unique_ptr<Caller> caller)
      : model_(std::move(model)), run_(std::move(run)), caller_(std::move(caller)) {}

  base::Status run(std::size_t method, std::span<const float> in, std::vector<float>& out) override {
    if (method >= model_->methods().size()) return fail(no_method(method));
    return with_run([&](Run& run) { return caller_->run(run, method, in, out); });
  }

  base::Status call(std::size_t method, const TensorIn& in, TensorOut& out) override {
    return with_run([&](Run& run) { return run.run(method, in, out); });
  }

  void ask(std::size_t method, Windows& windows, bool together) override {
    const std::size_t rows = together ? static_cast<std::size_t>(model_->methods()[method].rows) : 1;
    for (std::size_t left = windows.count(); left > 0; left = windows.count() - windows.answers.size()) {
      ask_next(method, windows, std::min(rows, left));
    }
  }

  /// Does `work` with the run, which is a fresh one afterwards should the model have failed.
  template <class Work>
  base::Status with_run(Work&& work) {
    base::Status status = work(*run_);
    if (status) return status;
    if (status.error().code == base::ErrorCode::kModelFailed) renew();
    return fail(std::move(status.error()));
  }

  base::Status set(std::string_view attribute, std::span<const Value> values) override {
    const auto card = find_attribute(model_->attributes(), attribute);
    if (!card) return fail(card.error());
    const auto fitted = fit_values(**card, values);
    if (!fitted) return fail(fitted.error());
    if (auto status = run_->set(attribute, *fitted); !status) return fail(std::move(status.error()));
    set_.insert_or_assign(std::string(attribute), *fitted);
    return {};
  }

  base::Result<std::vector<Value>> get(std::string_view attribute) override {
    if (const auto card = find_attribute(model_->attributes(), attribute); !card) return fail(card.error());
    auto values = run_->get(attribute);
    if (!values) return fail(std::move(values.error()));
    return values;
  }

  base::Status fill(std::string_view buffer, const Sound& sound) override {
    return with_buffer(buffer, [&](const std::string& name) {
      auto status = run_->fill(name, sound);
      if (status) buffers_[name] = {sound.channels, sound.rate, {sound.planes.begin(), sound.planes.end()}};
      return status;
    });
  }

  base::Status clear(std::string_view buffer) override {
    return with_buffer(buffer, [&](const std::string& name) {
      buffers_.erase(name);
      return run_->clear(name);
    });
  }

  base::Status use_rate(double rate) override {
    if (!model_->takes_rate()) return {};
    rate_ = {static_cast<std::int32_t>(std::lround(rate))};
    auto status = run_->set("sample_rate", rate_);
    return status ? status : fail(std::move(status.error()));
  }

  void seed(std::uint64_t seed) override {
    seed_ = seed;
    run_->seed(seed);
  }

  void take_settings(const Instance& other) override {
    const auto& from = static_cast<const LoadedInstance&>(other);
    for (const auto& [attribute, values] : from.set_) (void)set(attribute, values);
    for (const auto& [name, kept] : from.buffers_) (void)fill(name, {kept.channels, kept.rate, kept.planes});
    if (from.seed_) seed(*from.seed_);
  }

  base::Status reset() override {
    set_.clear();
    buffers_.clear();
    auto fresh = fresh_run();
    if (!fresh) return fail(std::move(fresh.error()));
    run_ = std::move(*fresh);
    return {};
  }

 private:
  template <class Use>
  base::Status with_buffer(std::string_view asked, Use use) {
    const auto known = model_->buffers();
    for (const auto& name : known) {
      if (name != asked && name != std::string(asked) + "#0") continue;
      auto status = use(name);
      return status ? base::Status() : fail(std::move(status.error()));
    }
    return fail(
        {base::ErrorCode::kUnknown, "no buffer '" + std::string(asked.substr(0, 64)) + "'" + hint(asked, known)});
  }

  /// Answers so many windows, the first that have no answer yet.
  void ask_next(std::size_t method, Windows& windows, std::size_t rows) {
    const std::size_t size = windows.numbers.size() / windows.count(), first = windows.answers.size();
    const auto numbers = std::span(windows.numbers).subspan(first * size, rows * size);
    answers_.clear();
    auto status = with_run([&](Run& run) { return caller_->ask(run, method, numbers, rows, answers_); });
    if (!status && rows == 1) {
      windows.answers.emplace_back(std::move(status.error()));
      return;
    }
    if (!status) {  // which of them is at fault?
      for (std::size_t row = 0; row < rows; ++row) ask_next(method, windows, 1);
      return;
    }
    const auto width = static_cast<std::ptrdiff_t>(answers_.size() / rows);
    for (auto row = answers_.begin(); row != answers_.end(); row += width) {
      windows.answers.emplace_back(std::vector<float>(row, row + width));
    }
  }

  base::Error fail(base::Error error) const { return named(model_->card().name, std::move(error)); }

  base::Result<std::unique_ptr<Run>> fresh_run() const {
    auto fresh = model_->new_run();
    if (fresh && seed_) (*fresh)->seed(*seed_);
    if (!fresh || rate_.empty()) return fresh;
    if (auto status = (*fresh)->set("sample_rate", rate_); !status) return status.error();
    return fresh;
  }

  /// After a failure what the run holds is unknown. Should no fresh one be had, the old one stays: it can only fail
  /// again.
  void renew() {
    auto fresh = fresh_run();
    if (!fresh) return;
    run_ = std::move(*fresh);
    for (const auto& [attribute, values] : set_) (void)run_->set(attribute, values);  // it took them once
    for (const auto& [name, kept] : buffers_) (void)run_->fill(name, {kept.channels, kept.rate, kept.planes});
  }

  std::shared_ptr<const LoadedModel> model_;
  std::unique_ptr<Run> run_;
  std::unique_ptr<Caller> caller_;
  std::vector<float> answers_;
  std::map<std::string, std::vector<Value>, std::less<>> set_;  ///< since the last reset()
  struct Kept {
    int channels = 1;
    double rate = 0;
    std::vector<float> planes;
  };
  std::map<std::string, Kept> buffers_;  ///< that were filled
  std::optional<std::uint64_t> seed_;
  std::vector<Value> rate_;  ///< none: it was not told
};

/// Holds its model, and what the kind keeps of the sound.
class LoadedStream final : public Stream {
 public:
  LoadedStream(std::shared_ptr<const LoadedModel> model, std::size_t method, std::unique_ptr<Way> way)
      : model_(std::move(model)), method_(method), way_(std::move(way)) {}

  base::Status push(Instance& instance, std::span<const float> frames, StreamOutput& out) override {
    base::Status first;
    while (!frames.empty()) {
      const auto taken = take(frames, windows_, out);
      if (!taken) return taken.error();
      frames = frames.subspan(*taken);
      answer(instance, first, out);
    }
    return first;
  }

  base::Result<std::size_t> take(std::span<const float> frames, Windows& windows, StreamOutput& out) override {
    auto taken = way_->take(frames, windows, out);
    if (!taken) return named(model_->card().name, std::move(taken.error()));
    return taken;
  }

  base::Status tell(std::span<const Heard> heard, std::span<const WindowAnswer> answers, StreamOutput& out) override {
    return way_->tell(heard, answers, out);
  }

  base::Status finish(Instance& instance, StreamOutput& out) override {
    base::Status first;
    while (way_->take_end(windows_, out)) answer(instance, first, out);
    return first;
  }

  void reset() override { way_->reset(); }

  base::Status set(std::string_view setting, std::span<const Value> values) override {
    auto status = way_->set(setting, values);
    if (!status) return named(model_->card().name, std::move(status.error()));
    return status;
  }

  base::Result<std::vector<Value>> get(std::string_view setting) const override {
    auto values = way_->get(setting);
    if (!values) return named(model_->card().name, std::move(values.error()));
    return values;
  }

  base::Result<bool> set_at(Change /*change*/) override {
    return named(model_->card().name, {base::ErrorCode::kWrongState, "it has no blocks between which to set anything"});
  }

  void hand_over(std::shared_ptr<const Model> /*model*/, std::size_t /*method*/,
                 std::unique_ptr<Instance> /*next*/) override {}
  Instance* next() override { return nullptr; }
  std::unique_ptr<Instance> taken_over() override { return nullptr; }

  std::int64_t lookahead() const override { return way_->lookahead(); }

 private:
  /// What was taken, one window after the other.
  void answer(Instance& instance, base::Status& first, StreamOutput& out) {
    instance.ask(method_, windows_, false);
    auto status = tell(windows_.heard, windows_.answers, out);
    if (!status && first) first = std::move(status);
    windows_.clear();
  }

  std::shared_ptr<const LoadedModel> model_;
  std::size_t method_;
  std::unique_ptr<Way> way_;
  Windows windows_;  ///< of push and finish
};

}  // namespace

base::Error named(const std::string& model, base::Error error) {
  error.message.insert(0, model + ": ");
  return error;
}

base::Result<std::unique_ptr<Run>> start_run(const Card& card, Program& program, bool stateful) {
  auto run = stateful ? program.fresh() : program.shared();
  if (!run) return run;
  for (const auto& attribute : card.attributes) {
    if (attribute.initial.empty()) continue;
    const auto values = fit_values(attribute, attribute.initial);
    if (!values) return values.error();
    if (auto status = (*run)->set(attribute.name, *values); !status) return status.error();
  }
  return run;
}

base::Result<std::unique_ptr<Run>> LoadedModel::new_run() const {
  return parts_.card.isolate ? fated(parts_.isolated.get(), [this] { return fated_run(); }) : watched_run();
}

base::Result<std::unique_ptr<Run>> LoadedModel::fated_run() const {
  auto run = parts_.isolated ? start_run(parts_.card, *parts_.program, parts_.stateful) : watched_run();
  if (!run) return run;
  return std::unique_ptr<Run>(std::make_unique<FatedRun>(std::move(*run), parts_.isolated.get()));
}

base::Result<std::unique_ptr<Run>> LoadedModel::watched_run() const {
  constexpr auto kCopying = std::chrono::seconds(10);
  const WatchedCall call(parts_.card.name, kCopying);
  auto run = start_run(parts_.card, *parts_.program, parts_.stateful);
  if (!run) return run;
  return std::unique_ptr<Run>(std::make_unique<WatchedRun>(std::move(*run), parts_.card.name, parts_.limits));
}

int LoadedModel::process() const { return parts_.isolated ? parts_.isolated->isolation().pid() : 0; }

std::optional<Fall> LoadedModel::fall() const {
  return parts_.isolated ? parts_.isolated->isolation().fall() : std::nullopt;
}

base::Result<std::size_t> LoadedModel::method(std::string_view name) const {
  if (name.empty() || name == "default") return std::size_t{0};
  std::vector<std::string> names;
  for (std::size_t i = 0; i < parts_.methods.size(); ++i) {
    if (parts_.methods[i].name == name) return i;
    names.push_back(parts_.methods[i].name);
  }
  return named(parts_.card.name, {base::ErrorCode::kUnknown,
                                  "no method '" + std::string(name.substr(0, 64)) + "'; it has " + list_text(names)});
}

base::Result<std::unique_ptr<Instance>> LoadedModel::instance() const {
  auto run = new_run();
  if (!run) return named(parts_.card.name, std::move(run.error()));
  auto self = std::static_pointer_cast<const LoadedModel>(shared_from_this());
  auto caller = parts_.kind->caller(parts_.card, parts_.methods, parts_.stateful);
  return std::unique_ptr<Instance>(
      std::make_unique<LoadedInstance>(std::move(self), std::move(*run), std::move(caller)));
}

base::Result<std::unique_ptr<Stream>> LoadedModel::stream(std::size_t method, const StreamFormat& format) const {
  if (method >= parts_.methods.size()) return named(parts_.card.name, no_method(method));
  auto by_blocks = parts_.kind->stream(shared_from_this(), method, format);
  if (!by_blocks) return named(parts_.card.name, std::move(by_blocks.error()));
  if (*by_blocks != nullptr) return by_blocks;
  auto way = parts_.kind->way(parts_.card, parts_.methods, method, format, parts_.stateful);
  if (!way) return named(parts_.card.name, std::move(way.error()));
  auto self = std::static_pointer_cast<const LoadedModel>(shared_from_this());
  return std::unique_ptr<Stream>(std::make_unique<LoadedStream>(std::move(self), method, std::move(*way)));
}

std::vector<std::pair<std::string, std::string>> LoadedModel::facts() const {
  auto facts = parts_.program->facts();
  for (const auto& why : parts_.left_out) facts.emplace_back("left out", why);
  if (!parts_.kernels.empty()) facts.emplace_back("kernels", parts_.kernels);
  int rows = 0;
  for (const auto& method : parts_.methods) {
    const bool windows =
        method.answer != Answer::kNumbers && method.answer != Answer::kOnsets && method.answer != Answer::kStream;
    if (windows) rows = std::max(rows, method.rows);
  }
  if (rows == 1) facts.emplace_back("windows of several sessions", "one by one");
  if (rows > 1) facts.emplace_back("windows of several sessions", "up to " + std::to_string(rows) + " in one call");
  return facts;
}

}  // namespace models
