#pragma once
#include <memory>
#include <string>
#include <vector>

#include "isolation.hpp"
#include "models/engine.hpp"
#include "models/model.hpp"

namespace models {

/// An engine around that of a card: its programs run in a process of their own. One program only: what is loaded again
/// takes another of these. Every call fails with kModelFailed or kGone once the process has fallen.
class IsolatedEngine final : public Engine {
 public:
  /// @param name     of the engine over there
  /// @param longest  a load, and each of its calls up to limit_calls(), is stopped after that
  IsolatedEngine(std::string name, std::unique_ptr<Isolation> isolation, base::Duration longest);

  /// In a process that options.start_worker starts, with so many channels. Fails: kBusy.
  static base::Result<std::unique_ptr<IsolatedEngine>> start(const Card& card, const LoadOptions& options,
                                                             std::size_t channels);

  std::string_view name() const override { return name_; }
  std::string version() const override { return version_; }
  void prepare_thread() override {}  // the threads over there are prepared there
  base::Result<std::unique_ptr<Program>> load(const Card& card) override;

  /// Does all that a load does, over there; nothing is kept. Fails: as models::load, or as Isolation::call, whose
  /// messages do not name the model.
  base::Status try_out(const Card& card, bool kernels, base::Duration longest);
  const Isolation& isolation() const { return *isolation_; }

 private:
  std::string name_, version_;
  std::shared_ptr<Isolation> isolation_;
  base::Duration longest_;
};

}  // namespace models
