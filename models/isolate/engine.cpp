#include "engine.hpp"

#include <utility>

#include "card_pack.hpp"

namespace models {

namespace {

using Facts = std::vector<std::pair<std::string, std::string>>;

constexpr base::Duration kCopying = std::chrono::seconds(10), kOther = std::chrono::seconds(5);
constexpr base::Duration kPerValue = std::chrono::microseconds(1);  // to carry and check it on a slow, busy machine

base::Time after(base::Duration limit) { return base::Clock::now() + limit; }

/// How long calls may take: while the model loads, until its load has to be over; then as was measured.
struct Limits {
  base::Time loaded_until;
  std::vector<CallLimit> by_method;

  base::Time of(std::size_t method, std::size_t values) const {
    return method < by_method.size()
               ? after(by_method[method].of(values) + static_cast<std::int64_t>(values) * kPerValue)
               : loaded_until;
  }
  base::Time of_other(base::Duration usual) const { return by_method.empty() ? loaded_until : after(usual); }
};

class IsolatedRun final : public Run {
 public:
  IsolatedRun(std::shared_ptr<Isolation> isolation, std::shared_ptr<const Limits> limits, RunId id)
      : isolation_(std::move(isolation)), limits_(std::move(limits)), id_(id) {}
  ~IsolatedRun() override { isolation_->drop(id_); }
  IsolatedRun(const IsolatedRun&) = delete;
  IsolatedRun& operator=(const IsolatedRun&) = delete;

  base::Status run(std::size_t method, const TensorIn& in, TensorOut& out) override {
    return isolation_->call(
        Call::kRun, limits_->of(method, in.data.size()),
        [&](Packer& ask) {
          put_all(ask, id_, std::uint64_t{method}, in.shape);
          put(ask, in.data);
        },
        [&](Unpacker& said) { get_all(said, out.shape, out.data); });
  }

  base::Status set(std::string_view attribute, std::span<const Value> values) override {
    return isolation_->call(
        Call::kSet, limits_->of_other(kOther),
        [&](Packer& ask) { put_all(ask, id_, attribute, std::vector<Value>(values.begin(), values.end())); },
        [](Unpacker&) {});
  }

  base::Result<std::vector<Value>> get(std::string_view attribute) override {
    std::vector<Value> values;
    const auto status = isolation_->call(
        Call::kGet, limits_->of_other(kOther), [&](Packer& ask) { put_all(ask, id_, attribute); },
        [&](Unpacker& said) { models::get(said, values); });
    if (!status) return status.error();
    return values;
  }

  void seed(std::uint64_t seed) override {
    (void)isolation_->call(
        Call::kSeed, limits_->of_other(kOther), [&](Packer& ask) { put_all(ask, id_, seed); }, [](Unpacker&) {});
  }

  base::Status fill(std::string_view buffer, const Sound& sound) override {
    return isolation_->call(
        Call::kFill, limits_->of_other(kOther),
        [&](Packer& ask) {
          put_all(ask, id_, buffer, sound.channels, sound.rate);
          put(ask, sound.planes);
        },
        [](Unpacker&) {});
  }

  base::Status clear(std::string_view buffer) override {
    return isolation_->call(
        Call::kClear, limits_->of_other(kOther), [&](Packer& ask) { put_all(ask, id_, buffer); }, [](Unpacker&) {});
  }

  RunId id() const { return id_; }

 private:
  std::shared_ptr<Isolation> isolation_;
  std::shared_ptr<const Limits> limits_;
  RunId id_;
};

class IsolatedProgram final : public Program {
 public:
  IsolatedProgram(std::shared_ptr<Isolation> isolation, base::Time until, std::vector<std::string> methods, Facts facts,
                  Script script)
      : isolation_(std::move(isolation)),
        limits_(std::make_shared<const Limits>(Limits{until, {}})),
        methods_(std::move(methods)),
        facts_(std::move(facts)),
        script_(std::move(script)) {}

  std::vector<std::string> methods() const override { return methods_; }
  base::Result<std::unique_ptr<Run>> fresh() override { return made_by(Call::kFresh); }
  base::Result<std::unique_ptr<Run>> shared() override { return made_by(Call::kShared); }
  base::Result<std::unique_ptr<Run>> rewritten() override { return made_by(Call::kRewritten); }

  void choose_rewritten(bool chosen) override {
    (void)isolation_->call(
        Call::kChoose, limits_->of_other(kOther), [chosen](Packer& ask) { put(ask, chosen); }, [](Unpacker&) {});
  }

  std::size_t use_kernels(KernelUse use) override {
    std::uint64_t taken = 0;
    (void)isolation_->call(
        Call::kKernels, limits_->of_other(kCopying), [use](Packer& ask) { put(ask, static_cast<std::uint32_t>(use)); },
        [&taken](Unpacker& said) { models::get(said, taken); });
    return static_cast<std::size_t>(taken);
  }

  bool differs(const Run& run, bool thorough) const override {
    bool differs = true;
    (void)isolation_->call(
        Call::kDiffers, limits_->of_other(kOther),
        [&run, thorough](Packer& ask) { put_all(ask, static_cast<const IsolatedRun&>(run).id(), thorough); },
        [&differs](Unpacker& said) { models::get(said, differs); });
    return differs;
  }

  const Script& script() const override { return script_; }

  void leave_out(std::size_t method) override {
    (void)isolation_->call(
        Call::kLeaveOut, limits_->of_other(kOther), [method](Packer& ask) { put(ask, std::uint64_t{method}); },
        [](Unpacker&) {});
  }

  Facts facts() const override {
    Facts facts = facts_;
    (void)isolation_->call(
        Call::kFacts, limits_->of_other(kOther), [](Packer&) {},
        [&facts](Unpacker& said) { models::get(said, facts); });
    facts.emplace_back("process", "its own");
    return facts;
  }

  void limit_calls(const std::vector<CallLimit>& by_method) override {
    limits_ = std::make_shared<const Limits>(Limits{{}, by_method});
    isolation_->loaded();
  }

 private:
  base::Result<std::unique_ptr<Run>> made_by(Call what) {
    RunId id = 0;
    const auto status = isolation_->call(
        what, limits_->of_other(kCopying), [](Packer&) {}, [&id](Unpacker& said) { models::get(said, id); });
    if (!status) return status.error();
    if (id == 0) return std::unique_ptr<Run>();
    return std::unique_ptr<Run>(std::make_unique<IsolatedRun>(isolation_, limits_, id));
  }

  std::shared_ptr<Isolation> isolation_;
  std::shared_ptr<const Limits> limits_;
  std::vector<std::string> methods_;
  Facts facts_;
  Script script_;
};

}  // namespace

IsolatedEngine::IsolatedEngine(std::string name, std::unique_ptr<Isolation> isolation, base::Duration longest)
    : name_(std::move(name)), isolation_(std::move(isolation)), longest_(longest) {}

base::Result<std::unique_ptr<IsolatedEngine>> IsolatedEngine::start(const Card& card, const LoadOptions& options,
                                                                    std::size_t channels) {
  auto isolation = Isolation::make(options.start_worker, channels, options.fell);
  if (!isolation) return isolation.error();
  return std::make_unique<IsolatedEngine>(card.engine, std::move(*isolation), options.longest);
}

base::Result<std::unique_ptr<Program>> IsolatedEngine::load(const Card& card) {
  const auto until = after(longest_);
  std::vector<std::string> methods;
  Facts facts;
  Script script;
  const auto status = isolation_->call(
      Call::kLoad, until, [&card](Packer& ask) { put(ask, card); },
      [&](Unpacker& said) { get_all(said, version_, methods, facts, script); });
  if (!status) return status.error();
  return std::unique_ptr<Program>(
      std::make_unique<IsolatedProgram>(isolation_, until, std::move(methods), std::move(facts), std::move(script)));
}

base::Status IsolatedEngine::try_out(const Card& card, bool kernels, base::Duration longest) {
  return isolation_->call(
      Call::kTry, after(longest), [&](Packer& ask) { put_all(ask, card, kernels); }, [](Unpacker&) {});
}

}  // namespace models
