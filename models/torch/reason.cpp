#include "reason.hpp"

#include <algorithm>

namespace models {

namespace {

constexpr std::size_t kLongest = 300;

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// The first line with something in it; with `flush` the first that is not indented, as quoted script is.
std::string_view first_line(std::string_view text, bool flush) {
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (!trimmed(line).empty() && !(flush && line.front() == ' ')) return trimmed(line);
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return {};
}

/// At most kLongest bytes, whole UTF-8 letters, nothing that a terminal would obey.
std::string printable(std::string_view line) {
  std::size_t length = std::min(line.size(), kLongest);
  while (length < line.size() && length > 0 && (static_cast<unsigned char>(line[length]) & 0xC0) == 0x80) --length;
  std::string text(line.substr(0, length));
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; }, '?');
  return text;
}

/// The same for what may be bytes of a damaged file: no letters beyond ASCII either.
std::string plain(std::string_view line) {
  std::string text = printable(line);
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c >= 0x80; }, '?');
  return text;
}

bool has(std::string_view text, std::string_view part) { return text.find(part) != std::string_view::npos; }

/// "builtins.ValueError: no" is "no"; a text that only looks like it ("Fader 3: stuck") stays.
std::string_view without_class(std::string_view line) {
  const auto colon = line.find(": ");
  const std::string_view name = line.substr(0, colon == std::string_view::npos ? 0 : colon);
  const bool is_class = name.find(' ') == std::string_view::npos && name.size() > 5 &&
                        (name.substr(name.size() - 5) == "Error" || name.substr(0, 9) == "builtins.");
  return is_class ? without_class(trimmed(line.substr(colon + 2))) : line;
}

}  // namespace

std::string raised_reason(std::string_view what) {
  // The interpreter marks where it was in the script; what was raised stands after the last mark.
  constexpr std::string_view kMark = "<--- HERE";
  constexpr std::string_view kHead = "(most recent call last):";
  const auto mark = what.rfind(kMark);
  const auto head = what.rfind(kHead);
  const bool quoted = mark != std::string_view::npos;
  if (quoted) {
    what.remove_prefix(mark + kMark.size());
  } else if (head != std::string_view::npos) {
    what.remove_prefix(head + kHead.size());
  }
  const auto line = without_class(first_line(what, quoted));
  return line.empty() ? "no reason given" : printable(line);
}

std::string load_reason(const std::string& file, std::string_view what) {
  if (has(what, "central directory") || has(what, "zip archive") || has(what, "archive is corrupted") ||
      has(what, "not a ZIP")) {
    return file + " is no TorchScript file, or was cut short";
  }
  if (has(what, "constants.pkl") || has(what, "locating file") || has(what, "file not found")) {
    return file + " holds no TorchScript program: write it with torch.jit.save (torch.save keeps weights only)";
  }
  for (const auto* sign : {"INTERNAL ASSERT", "PytorchStreamReader", "inline_container", "pickle", "hasRecord"}) {
    if (has(what, sign)) return file + " could not be loaded: it is damaged";
  }
  if (has(what, "interpreter")) return file + " could not be loaded: " + raised_reason(what);
  return file + " could not be loaded: " + plain(without_class(first_line(what, false)));
}

}  // namespace models
