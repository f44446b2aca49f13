#include "server/config/yaml.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <set>
#include <sstream>
#include <utility>

namespace server {
namespace {

int line_of(const YAML::Mark& mark) { return mark.is_null() ? 0 : mark.line + 1; }

/// Builds our own tree from the parser's events, so that depth, size and doubled keys are refused as they appear:
/// the parser calls itself once per level, and never before it has told us of that level.
class Builder final : public YAML::EventHandler {
 public:
  Node take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ > 1) throw Problem{line_of(mark), "a second document starts here ('---'); one is expected"};
  }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check(mark, "?", anchor);
    if (wants_key()) throw Problem{line_of(mark), "a key is empty; a name before the ':' is expected"};
    add(make(Node::Kind::kNull, mark));
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Problem{line_of(mark), "YAML aliases (*name) are not used here; write it out, or put it in quotes"};
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check(mark, tag, anchor);
    check_controls(value, line_of(mark));
    if (wants_key()) return take_key(value, line_of(mark));
    Node node = make(Node::Kind::kText, mark);
    node.text = value;
    node.quoted = tag == "!";
    add(std::move(node));
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(Node::Kind::kList, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(Node::Kind::kMap, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    Node node;
    bool has_key = false;
    std::string key;
    int key_line = 0;
    std::set<std::string> keys;
  };

  bool wants_key() const { return !open_.empty() && open_.back().node.is(Node::Kind::kMap) && !open_.back().has_key; }

  void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    if (anchor != 0) throw Problem{line_of(mark), "YAML anchors (&name) are not used here; write it out"};
    if (!tag.empty() && tag != "?" && tag != "!") {
      throw Problem{line_of(mark), "the YAML tag " + in_quotes(tag) + " is not used here; leave it out"};
    }
    if (++values_ > kMaxValues) {
      throw Problem{line_of(mark), "more than " + std::to_string(kMaxValues) + " values in one file"};
    }
  }

  // Escapes such as "\0" become control characters only here.
  static void check_controls(const std::string& value, int line) {
    for (const char c : value) {
      const auto byte = static_cast<unsigned char>(c);
      if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f) {
        throw Problem{line, "a control character in the text " + in_quotes(value)};
      }
    }
  }

  static Node make(Node::Kind kind, const YAML::Mark& mark) {
    Node node;
    node.kind = kind;
    node.line = line_of(mark);
    return node;
  }

  void take_key(const std::string& key, int line) {
    Open& map = open_.back();
    if (!map.keys.insert(key).second) throw Problem{line, "the key " + in_quotes(key) + " stands here a second time"};
    map.key = key;
    map.key_line = line;
    map.has_key = true;
  }

  void open(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    check(mark, tag, anchor);
    if (wants_key()) throw Problem{line_of(mark), "a list or map stands where a key is expected"};
    if (open_.size() >= kMaxDepth) {
      throw Problem{line_of(mark), "lists and maps nested more than " + std::to_string(kMaxDepth) + " deep"};
    }
    open_.emplace_back();
    open_.back().node = make(kind, mark);
  }

  void close() {
    Node node = std::move(open_.back().node);
    open_.pop_back();
    add(std::move(node));
  }

  void add(Node node) {
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.is(Node::Kind::kMap)) {
      node.key = std::move(parent.key);
      node.line = parent.key_line;
      parent.has_key = false;
    }
    parent.node.items.push_back(std::move(node));
  }

  Node root_;
  std::vector<Open> open_;
  std::size_t values_ = 0;
  int documents_ = 0;
};

}  // namespace

Node parse_yaml(const std::string& text) {
  check_text(text);
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    Builder builder;
    while (parser.HandleNextDocument(builder)) continue;
    return builder.take();
  } catch (const YAML::Exception& error) {
    throw Problem{line_of(error.mark), "this is not YAML: " + error.msg};
  }
}

const Node* Node::find(std::string_view name) const {
  if (!is(Kind::kMap)) return nullptr;
  for (const Node& item : items) {
    if (item.key == name) return &item;
  }
  return nullptr;
}

}  // namespace server
