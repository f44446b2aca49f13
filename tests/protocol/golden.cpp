#include "protocol/golden.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace golden {
namespace {

std::string unhex(const std::string& hex) {
  std::string out;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    out += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return out;
}

Message message_of(const YAML::Node& node) {
  Message out{node["address"].as<std::string>(), node["types"].as<std::string>(), {}};
  for (const auto& value : node["values"]) {
    if (value.IsMap()) {
      out.values.push_back({unhex(value["blob"].as<std::string>()), true});
    } else {
      out.values.push_back({value.Scalar(), false});
    }
  }
  return out;
}

Packet packet_of(std::filesystem::path path) {
  Packet out;
  out.name = path.stem().string();
  std::ifstream file(path, std::ios::binary);
  out.bytes.assign(std::istreambuf_iterator<char>(file), {});
  const auto meaning = YAML::LoadFile(path.replace_extension(".yaml").string());
  out.direction = meaning["direction"].as<std::string>("");
  out.reason = meaning["reason"].as<std::string>("");
  out.address = meaning["address"].as<std::string>("");
  out.has_id = meaning["id"].IsDefined();
  out.id = meaning["id"].as<int>(0);
  for (const auto& node : meaning["messages"]) out.messages.push_back(message_of(node));
  return out;
}

std::vector<Packet> all_in(const char* folder) {
  std::vector<Packet> out;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    if (file.path().extension() == ".osc") out.push_back(packet_of(file.path()));
  }
  std::ranges::sort(out, {}, &Packet::name);
  return out;
}

}  // namespace

std::vector<Packet> good() { return all_in(OSCINE_SOURCE_DIR "/tests/golden"); }
std::vector<Packet> bad() { return all_in(OSCINE_SOURCE_DIR "/tests/golden/bad"); }

}  // namespace golden
