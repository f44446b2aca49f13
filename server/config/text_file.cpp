#include <fstream>
#include <system_error>

#include "server/config/yaml.hpp"

namespace server {
namespace {

/// Bytes of the UTF-8 character that starts at `at`; 0 where there is none (cut, overlong, surrogate, too large).
std::size_t utf8_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) -> unsigned {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf5 ? 0 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0U) != 0x80U) return 0;
  }
  if ((first == 0xe0 && byte(1) < 0xa0) || (first == 0xed && byte(1) > 0x9f)) return 0;
  if ((first == 0xf0 && byte(1) < 0x90) || (first == 0xf4 && byte(1) > 0x8f)) return 0;
  return length;
}

}  // namespace

// The parser keeps every token of a flow list until the list ends: what no file of ours could hold is refused before.
void check_text(std::string_view text) {
  if (text.size() > kMaxFileBytes) {
    throw Problem{0, "the file is larger than " + std::to_string(kMaxFileBytes) + " bytes"};
  }
  constexpr long kMaxBrackets = 1024;  // unclosed ones; brackets in texts and comments count too
  int line = 1;
  long brackets = 0;
  std::size_t separators = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    const std::size_t length = utf8_length(text, at);
    if (length == 0) throw Problem{line, "this is not UTF-8; save the file as UTF-8"};
    at += length;
    const auto byte = static_cast<unsigned char>(c);
    if ((byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7f) {
      throw Problem{line, "a control character (byte " + std::to_string(byte) + "); the file is expected to be text"};
    }
    if (c == '\n') ++line;
    if (c == '[' || c == '{') ++brackets;
    if (c == ']' || c == '}') --brackets;
    if (c == '[' || c == '{' || c == ',') ++separators;
    if (brackets > kMaxBrackets) throw Problem{line, "more than 1024 brackets are open here"};
    if (separators > 2 * kMaxValues) throw Problem{line, "more values than a file may hold"};
  }
}

std::string read_text(const std::filesystem::path& file) {
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status)) throw Problem{0, "there is no such file"};
  // A pipe would wait for its writer, a device never end.
  if (!std::filesystem::is_regular_file(status)) throw Problem{0, "this is no file (a folder or a device)"};
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw Problem{0, "the file cannot be opened; is it readable?"};
  std::string text(kMaxFileBytes + 1, '\0');
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (stream.bad()) throw Problem{0, "the file cannot be read"};
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text;
}

std::string one_line(std::string_view text, std::size_t most) {
  std::string line;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t length = utf8_length(text, at);
    if (at + length > most) return line + "…";
    const auto byte = static_cast<unsigned char>(text[at]);
    const bool shown = length > 0 && byte >= 0x20 && byte != 0x7f;
    line += shown ? text.substr(at, length) : "?";
    at += shown ? length : 1;
  }
  return line;
}

std::string in_quotes(std::string_view value, std::size_t most) { return "'" + one_line(value, most) + "'"; }

std::string sentence(const std::filesystem::path& file, const Problem& problem) {
  if (problem.line == kComplete) return problem.sentence;
  const std::string text = one_line(problem.sentence, kMaxSentence);
  if (problem.line <= 0) return file.string() + ": " + text;
  return file.string() + ":" + std::to_string(problem.line) + ": " + text;
}

}  // namespace server
