// oscine card: a card for a model file, with all that the file says itself, to start from.
#include <iostream>

#include "server/cli/commands.hpp"
#include "server/cli/report.hpp"
#include "server/cli/text.hpp"

namespace server {

namespace {

/// As YAML reads it back, whatever is in it.
std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : printable(text)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

void print_head(const Report& report) {
  const auto& card = report.card;
  std::cout << "card: 1\nname: " << card.name << "\nkind: stream\nfile: " << quoted(card.file.filename().string())
            << "\nsha256: " << report.sha256 << "\n";
  if (card.model_rate > 0) std::cout << "modelRate: " << number_text(static_cast<float>(card.model_rate)) << "\n";
  std::cout << "about: " << quoted(card.about) << "                # one sentence\n"
            << "licence: \"\"              # of the weights; an SPDX name where there is one\n"
            << "authors: [";
  for (std::size_t i = 0; i < card.authors.size(); ++i) std::cout << (i == 0 ? "" : ", ") << quoted(card.authors[i]);
  std::cout << "]\n";
}

void print_stream(const Report& report) {
  const auto& card = report.card;
  if (card.stream.latency >= 0) {
    std::cout << "latency: " << card.stream.latency << "               # samples\n";
  } else {
    std::cout << "# latency: 0             # samples that it answers late; the file does not say\n";
  }
  std::cout << "# block: 2048            # samples of one call; left out: as few as it can, 512 or more\n"
            << "# otherRate: resample    # or warn, refuse\n"
            << "# What follows is what the file says: leave it out to have it read from there each time.\n"
            << "methods:\n";
  for (const auto& method : report.methods) {
    std::cout << "  - {name: " << method.name << ", form: [" << method.in_channels << ", " << method.in_ratio << ", "
              << method.out_channels << ", " << method.out_ratio << "]}\n";
  }
}

void print_attributes(const Report& report) {
  bool begun = false;
  for (const auto& one : report.attributes) {
    if (one.types.find('t') != std::string::npos) continue;  // a tensor: a card cannot say more than the file
    if (!begun) std::cout << "attributes:\n";
    begun = true;
    std::cout << "  - {name: " << quoted(one.name) << ", types: " << one.types;
    if (one.min > -3e38F) std::cout << ", min: " << number_text(one.min);
    if (one.max < 3e38F) std::cout << ", max: " << number_text(one.max);
    std::cout << "}\n";
  }
}

/// A script of no convention: what only its author knows is left open.
void print_plain(const Report& report) {
  std::cout << "card: 1\nname: " << report.card.name
            << "\nkind: stream              # or params, classifier: docs/cards.md"
            << "\nfile: " << quoted(report.card.file.filename().string()) << "\nsha256: " << report.sha256
            << "\nmodelRate: 48000\n# shape: [channels, frames] # of the tensor that it takes, where that is not [1, "
               "channels, frames]\n"
            << "# arguments: []           # what it takes after the tensor\nmethods:              "
            << "# form: channels in, ratio in, channels out, ratio out\n";
  for (const auto& name : report.offered) std::cout << "  - {name: " << name << ", form: [1, 1, 1, 1]}\n";
}

}  // namespace

int write_card(const std::filesystem::path& file) {
  const auto report = look_at(file);
  if (!report) return refuse(report.error());
  if (report->script.convention.empty()) {
    print_plain(*report);
    return 0;
  }
  print_head(*report);
  print_stream(*report);
  print_attributes(*report);
  return 0;
}

}  // namespace server
