#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "server/core/served_model.hpp"
#include "server/core/timers.hpp"
#include "server/core/work.hpp"

namespace server {

/// The models that this daemon serves, by name, and what became of each. Loading happens beside what is served; a
/// failed load changes nothing. Thread: [net].
class Catalog {
 public:
  /// Legal moves: kLoading → kReady | kFailed; kReady → kReady (reload) | kUnloaded; kFailed → kLoading; kUnloaded →
  /// kLoading. A reload that fails stays kReady.
  enum class State { kLoading, kReady, kFailed, kUnloaded };

  struct Item {
    ModelConfig config;
    State state = State::kLoading;
    bool busy = false;  ///< a load or reload is on its way
    base::Error error{base::ErrorCode::kLoading, ""};
    std::shared_ptr<const ServedModel> served;
  };

  using Told = std::function<void(const std::string& name, const Item& item, std::chrono::nanoseconds took)>;
  using Ready = std::function<void(base::Result<std::shared_ptr<const ServedModel>>)>;
  using Done = std::function<void(base::Status)>;

  /// How to load a model now. Thread: [load].
  using Options = std::function<models::LoadOptions()>;

  /// @param told  each change of a model's state, for the log and subscribers
  /// @param trials  null: every model is loaded here at once
  Catalog(Background& background, Timers& timers, Workers& workers, Options options, Trials* trials, Told told);

  /// Loads of other processes and of this one are stopped after that; from the next on.
  void set_longest_load(base::Duration longest) { longest_load_ = longest; }
  /// Whether what is loaded from now on may use kernels of ours.
  void set_kernels(bool allowed) { kernels_ = allowed; }

  /// Starts to load a model, or to replace it by another configuration of the same name. `done` may be empty.
  void load(ModelConfig config, Done done);
  /// Loads a known model that is not served, or answers at once when it is.
  void load_known(const std::string& name, Done done);
  /// Reads a card below one of `folders` and serves it as `name`. `path` may name a card, a folder with a card.yaml, or
  /// a file with a card of the same name beside it.
  void load_path(const std::string& name, const std::string& path, std::vector<std::filesystem::path> folders,
                 Done done);
  /// Reads the card again and replaces what is served; sessions with state keep what they opened.
  void reload(const std::string& name, Done done);
  /// This model fell too often: load() leaves it failed with this sentence, until it is asked for by name.
  void put_aside(const std::string& name, const std::string& why) { aside_[name] = why; }
  base::Status unload(const std::string& name);
  /// The process of a served model fell, and `why`: it is loaded again at `when`; who asks for it waits.
  void restart(const std::string& name, const base::Error& why, base::Time when, Done done);
  /// It is served no more, until it is asked for by name; `why` is what everybody is told.
  void give_up(const std::string& name, const std::string& why);
  /// Takes a model out of the catalogue altogether.
  void remove(const std::string& name);

  /// Calls back with the model: at once where it is served or has failed, else when it has loaded, at the latest at
  /// `deadline` with kLoading. Fails: kUnknown with the nearest name; the load's own error; kLoading.
  void when_ready(std::string_view name, base::Time deadline, Ready ready);
  /// How many wait in when_ready.
  std::size_t waiting() const { return waiting_.size(); }
  /// The model where it is served now; nullptr otherwise. The fast way.
  const std::shared_ptr<const ServedModel>* ready(std::string_view name) const;

  const std::map<std::string, Item, std::less<>>& items() const { return items_; }
  base::Error unknown(std::string_view name) const;
  std::size_t count_ready() const;

 private:
  struct Waiting {
    std::uint64_t number;
    std::string model;
    Ready ready;
    Timers::Id timer;
  };
  /// @param again  as it was served before: then little is measured
  void start(const std::string& name, std::function<base::Result<ModelConfig>()> read, Done done,
             std::optional<models::Form> again = {});
  void finished(const std::string& name, base::Result<std::shared_ptr<ServedModel>> result,
                std::chrono::nanoseconds took, const Done& done);
  void wake(const std::string& name);
  void rest();
  void retire(std::shared_ptr<const ServedModel> old);

  Background& background_;
  Timers& timers_;
  Workers& workers_;
  Options options_;
  Trials* trials_;
  bool kernels_ = true;
  base::Duration longest_load_ = std::chrono::minutes(2);
  Told told_;
  std::map<std::string, Item, std::less<>> items_;
  std::map<std::string, std::string> aside_;
  std::map<std::string, std::uint64_t> restarting_;  // which of its restarts is on its way
  std::vector<Waiting> waiting_;
  std::uint64_t count_ = 0;
  std::uint32_t served_ = 0;  // so far
  std::size_t at_work_ = 0;   // loads that were started
};

std::string_view name_of(Catalog::State state);

}  // namespace server
