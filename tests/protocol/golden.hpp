#pragma once
#include <string>
#include <vector>

namespace golden {

/// A blob is written as {blob: hex}; everything else as YAML writes it.
struct Value {
  std::string scalar;
  bool is_blob = false;
};

struct Message {
  std::string address;
  std::string types;
  std::vector<Value> values;  // of the tags that carry data
};

struct Packet {
  std::string name;
  std::string bytes;
  std::string direction;  // in, out; empty for the bad ones
  std::vector<Message> messages;
  std::string reason;  // of the bad ones: a piece of the sentence
  std::string address;
  bool has_id = false;
  int id = 0;
};

/// tests/golden, or tests/golden/bad; by name.
std::vector<Packet> good();
std::vector<Packet> bad();

}  // namespace golden
