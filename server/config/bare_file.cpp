// Model files that need no card: they say themselves how they stream.
#include <algorithm>
#include <array>

#include "server/config/config.hpp"

namespace server {

namespace fs = std::filesystem;

namespace {
constexpr std::array<std::string_view, 3> kEndings{".ts", ".nm", ".torchscript"};
constexpr std::size_t kMostName = 64;
}  // namespace

bool is_model_file(const fs::path& path) {
  return std::find(kEndings.begin(), kEndings.end(), path.extension().string()) != kEndings.end();
}

std::string name_of_file(const fs::path& file) {
  std::string name = file.stem().string().substr(0, kMostName);
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    const bool fits = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '_' || c == '-';
    if (!fits) c = '-';
  }
  return name;
}

ModelConfig bare_model(const fs::path& file) {
  ModelConfig model;
  model.card.name = name_of_file(file);
  model.card.kind = "stream";
  model.card.file = fs::absolute(file).lexically_normal();
  return model;
}

}  // namespace server
