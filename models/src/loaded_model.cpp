#include "loaded_model.hpp"

#include <utility>

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
    return {};
  }

  base::Result<std::vector<Value>> get(std::string_view attribute) override {
    if (const auto card = find_attribute(model_->attributes(), attribute); !card) return fail(card.error());
    auto values = run_->get(attribute);
    if (!values) return fail(std::move(values.error()));
    return values;
  }

  base::Status reset() override {
    auto fresh = model_->new_run();
    if (!fresh) return fail(std::move(fresh.error()));
    run_ = std::move(*fresh);
    return {};
  }

 private:
  base::Error fail(base::Error error) const { return named(model_->card().name, std::move(error)); }

  /// After a failure what the run holds is unknown. Should no fresh one be had, the old one stays: it can only fail
  /// again.
  void renew() {
    if (auto fresh = model_->new_run()) run_ = std::move(*fresh);
  }

  std::shared_ptr<const LoadedModel> model_;
  std::unique_ptr<Run> run_;
  std::unique_ptr<Caller> caller_;
};

/// Holds its model, and what the kind keeps of the sound.
class LoadedStream final : public Stream {
 public:
  LoadedStream(std::shared_ptr<const LoadedModel> model, std::unique_ptr<Way> way)
      : model_(std::move(model)), way_(std::move(way)) {}

  base::Status push(Instance& instance, std::span<const float> frames, StreamOutput& out) override {
    return own(instance).with_run([&](Run& run) { return way_->push(run, frames, out); });
  }

  base::Status finish(Instance& instance, StreamOutput& out) override {
    return own(instance).with_run([&](Run& run) { return way_->finish(run, out); });
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

  std::int64_t lookahead() const override { return way_->lookahead(); }

 private:
  /// Instances of a loaded model are of this class.
  static LoadedInstance& own(Instance& instance) { return static_cast<LoadedInstance&>(instance); }

  std::shared_ptr<const LoadedModel> model_;
  std::unique_ptr<Way> way_;
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
  constexpr auto kCopying = std::chrono::seconds(10);
  const WatchedCall call(parts_.card.name, kCopying);
  auto run = start_run(parts_.card, *parts_.program, parts_.stateful);
  if (!run) return run;
  std::vector<base::Duration> limits;
  for (const auto& method : parts_.methods) limits.push_back(call_limit(method.timing.longest));
  return std::unique_ptr<Run>(std::make_unique<WatchedRun>(std::move(*run), parts_.card.name, std::move(limits)));
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
  auto way = parts_.kind->way(parts_.card, parts_.methods, method, format, parts_.stateful);
  if (!way) return named(parts_.card.name, std::move(way.error()));
  auto self = std::static_pointer_cast<const LoadedModel>(shared_from_this());
  return std::unique_ptr<Stream>(std::make_unique<LoadedStream>(std::move(self), std::move(*way)));
}

}  // namespace models
