// What a card of kind stream says beyond what every card says: its block, and the form of its methods' frames.
#include <array>

#include "server/config/parts.hpp"

namespace server {
namespace {

constexpr const char* kForm = "four whole numbers above 0 (channels in, ratio in, channels out, ratio out)";
constexpr long long kMostRatio = 1048576, kMostWhole = 16777216;

void read_form(const MapReader& reader, models::StreamForm& form) {
  const Node& node = reader.required("form");
  if (!node.is(Node::Kind::kList) || node.items.size() != 4) reader.refuse(node, kForm);
  std::array<int, 4> numbers{};
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    long long number = 0;
    if (!as_whole(node.items[i], number) || number < 1 || number > kMostRatio) reader.refuse(node, kForm);
    numbers[i] = static_cast<int>(number);
  }
  form = {numbers[0], numbers[1], numbers[2], numbers[3]};
}

void read_stream_method(const MapReader& reader, models::MethodCard& method) {
  for (const auto* key : {"inputs", "outputs", "answer"}) {
    if (const Node* node = reader.find(key)) {
      throw Problem{node->line, reader.path(key) + " has no meaning for kind stream; form says how its frames come"};
    }
  }
  method.answer = models::Answer::kStream;
  read_form(reader, method.form);
}

void read_other_rate(const MapReader& reader, models::StreamCard::OtherRate& out) {
  using OtherRate = models::StreamCard::OtherRate;
  std::string word;
  reader.choice("otherRate", word);
  if (word == "warn") out = OtherRate::kWarn;
  if (word == "refuse") out = OtherRate::kRefuse;
}

models::Value argument(const MapReader& reader, const Node& list, const Node& node) {
  long long whole = 0;
  double number = 0;
  if (!node.is(Node::Kind::kText)) reader.refuse(list, "numbers and texts");
  if (as_whole(node, whole) && whole >= -kMostWhole && whole <= kMostWhole) return static_cast<std::int32_t>(whole);
  if (as_number(node, number)) return static_cast<float>(number);
  return node.text;
}

void read_arguments(const MapReader& reader, const Node& node, std::vector<models::Value>& out) {
  if (!node.is(Node::Kind::kList)) return out.push_back(argument(reader, node, node));
  for (const Node& one : node.items) out.push_back(argument(reader, node, one));
}

}  // namespace

void read_streaming(const MapReader& reader, models::Card& card) {
  refuse_listening(reader, card);
  for (const auto* key : {"inputs", "outputs"}) {
    if (const Node* node = reader.find(key)) {
      throw Problem{node->line, reader.path(key) + " has no meaning for kind stream; write methods with their form"};
    }
  }
  reader.whole("block", card.stream.block);
  reader.whole("latency", card.stream.latency);
  read_other_rate(reader, card.stream.other_rate);
  constexpr std::array<std::string_view, 2> kWords{"channels", "frames"};
  read_shape(reader, kWords, card.stream.shape);
  if (const Node* node = reader.find("arguments")) read_arguments(reader, *node, card.stream.arguments);
  if (const Node* list = reader.find("methods")) read_method_list(reader, *list, card, read_stream_method);
}

void refuse_streaming(const MapReader& reader, const models::Card& card) {
  for (const auto* key : {"block", "latency", "otherRate", "arguments"}) {
    const Node* node = reader.find(key);
    if (node) throw Problem{node->line, reader.path(key) + " is for kind stream; this card is of kind " + card.kind};
  }
}

void refuse_form(const MapReader& reader) {
  if (const Node* node = reader.find("form")) throw Problem{node->line, reader.path("form") + " is for kind stream"};
}

}  // namespace server
