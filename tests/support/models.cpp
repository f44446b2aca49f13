#include "support/models.hpp"

namespace support {

namespace {

models::Port port(const std::string& name, float min, float max) {
  models::Port made;
  made.name = name;
  made.min = min;
  made.max = max;
  return made;
}

models::Port port(const std::string& name) {
  models::Port made;
  made.name = name;
  return made;
}

models::MethodCard method(const std::string& name) {
  models::MethodCard made;
  made.name = name;
  made.inputs = {port("x", 0, 1), port("y", 0, 1)};
  made.outputs = {port("pitch"), port("filter")};
  return made;
}

}  // namespace

server::ModelConfig fake_model(const std::string& name, Options options) {
  server::ModelConfig made;
  made.card.name = name;
  made.card.kind = "params";
  made.card.engine = "fake";
  made.card.methods = {method("forward"), method("backward")};
  made.card.options = std::move(options);
  return made;
}

server::ModelConfig counter(const std::string& name) {
  auto made = fake_model(name, {{"does", "count"}});
  made.card.state = true;
  return made;
}

server::ModelConfig loudness(const std::string& name) {
  server::ModelConfig made;
  auto& card = made.card;
  card.name = name;
  card.kind = "classifier";
  card.engine = "fake";
  card.model_rate = 8000;
  card.labels = {"quiet", "loud"};
  card.listen.window = 800;
  card.listen.hop = 400;
  card.listen.shape = {"1", "samples"};
  card.options = {{"does", "loud"}};
  card.methods = {{.name = "labels", .call = "forward", .answer = models::Answer::kLabels},
                  {.name = "scores", .call = "forward", .answer = models::Answer::kFrames}};
  return made;
}

server::ModelConfig amplifier(const std::string& name) {
  auto made = fake_model(name, {{"does", "echo"}});
  models::AttributeCard gain;
  gain.name = "gain";
  gain.min = 0;
  gain.max = 2;
  gain.initial = {1.0F};
  made.card.attributes = {gain};
  return made;
}

std::string card_text(const std::string& name, const Options& options) {
  std::string text = "card: 1\nname: " + name + "\nkind: params\nengine: fake\n";
  text += "inputs: [{name: x, min: 0, max: 1}, {name: y, min: 0, max: 1}]\noutputs: [pitch, filter]\noptions:\n";
  for (const auto& [key, value] : options) text += "  " + key + ": " + value + "\n";
  return text;
}

server::Alias alias_of(const std::string& address, const std::string& model) {
  server::Alias made;
  made.address = address;
  made.model = model;
  made.send = {{"pitch", "/synth/pitch"}, {"filter", "/synth/filter"}};
  made.to = {false, "127.0.0.1", 7771};
  return made;
}

}  // namespace support
