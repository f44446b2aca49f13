#pragma once
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "../isolate/engine.hpp"
#include "kind.hpp"
#include "models/model.hpp"

namespace models {

/// The error with the model's name in front.
base::Error named(const std::string& model, base::Error error);

/// A copy of the program as the card describes it: a shared one for a model without state, else a fresh one with the
/// card's attributes set. Fails: as Program and Run::set; messages do not name the model.
base::Result<std::unique_ptr<Run>> start_run(const Card& card, Program& program, bool stateful);

/// What load() makes.
class LoadedModel final : public Model {
 public:
  struct Parts {
    Card card;
    const Kind* kind = nullptr;
    Engine* engine = nullptr;
    std::unique_ptr<Program> program;
    std::vector<Method> methods;
    std::vector<CallLimit> limits;        ///< by method
    std::vector<AttributeCard> settings;  ///< of a stream
    bool stateful = false;
    Form form;
    std::string kernels;                       ///< what became of ours, for facts(); empty: they are of no use here
    std::unique_ptr<IsolatedEngine> isolated;  ///< the engine of a model in a process of its own
    std::vector<std::string> left_out;         ///< why methods of the file are not served
  };

  explicit LoadedModel(Parts parts) : parts_(std::move(parts)) {}

  const Card& card() const override { return parts_.card; }
  std::span<const Method> methods() const override { return parts_.methods; }
  std::span<const AttributeCard> attributes() const override { return parts_.card.attributes; }
  std::span<const AttributeCard> settings() const override { return parts_.settings; }
  std::span<const std::string> buffers() const override { return parts_.program->script().buffers; }
  bool takes_rate() const { return parts_.program->script().takes_rate; }
  bool stateful() const override { return parts_.stateful; }
  Form form() const override { return parts_.form; }
  int process() const override;
  std::optional<Fall> fall() const override;
  base::Result<std::size_t> method(std::string_view name) const override;
  base::Result<std::unique_ptr<Instance>> instance() const override;
  base::Result<std::unique_ptr<Stream>> stream(std::size_t method, const StreamFormat& format) const override;
  Engine& engine() const override { return *parts_.engine; }
  std::vector<std::pair<std::string, std::string>> facts() const override;

  /// A new run for an instance; its calls are watched: here, or by whoever waits for its process.
  base::Result<std::unique_ptr<Run>> new_run() const;

 private:
  base::Result<std::unique_ptr<Run>> watched_run() const;
  base::Result<std::unique_ptr<Run>> fated_run() const;

  Parts parts_;
};

}  // namespace models
