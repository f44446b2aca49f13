#include "server/cli/watch_view.hpp"

#include <algorithm>

#include "server/cli/note.hpp"
#include "server/cli/text.hpp"

namespace server {

namespace {

constexpr std::size_t kHits = 12;

std::string two_digits(float value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", static_cast<double>(value));
  return text;
}

/// 0..1 as twenty characters.
std::string bar(float value) {
  constexpr int kWidth = 20;
  const int filled = static_cast<int>(std::lround(std::clamp(value, 0.0f, 1.0f) * kWidth));
  return "[" + std::string(static_cast<std::size_t>(filled), '#') +
         std::string(static_cast<std::size_t>(kWidth - filled), ' ') + "]";
}

/// `text` in exactly so many characters, or more where it is longer.
std::string padded(std::string text, std::size_t width) {
  const auto used =
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
  if (static_cast<std::size_t>(used) < width) text += std::string(width - static_cast<std::size_t>(used), ' ');
  return text;
}

/// The first `columns` characters.
std::string cut(const std::string& text, std::size_t columns) {
  std::size_t at = 0, count = 0;
  while (at < text.size() && count < columns) {
    at += std::max<std::size_t>(utf8_length(std::string_view(text).substr(at)), 1);
    ++count;
  }
  return text.substr(0, at);
}

float value(const WatchedEvent& event, std::size_t index) {
  return index < event.values.size() ? event.values[index] : 0;
}

std::string pitch_text(float hz) {
  const auto note = note_of(static_cast<double>(hz));
  char text[48];
  std::snprintf(text, sizeof text, "%.1f Hz  %s %+d", static_cast<double>(hz), note.name.c_str(), note.cents);
  return text;
}

}  // namespace

std::string event_line(const WatchedEvent& event) {
  std::string text = std::to_string(event.session) + " " + (event.model.empty() ? "-" : printable(event.model)) + " " +
                     printable(event.kind) + " " + std::to_string(event.position);
  if (!event.name.empty()) {
    const auto name = printable(event.name);
    text += name.find(' ') == std::string::npos ? " " + name : " \"" + name + "\"";
  }
  for (const float one : event.values) text += " " + number_text(one);
  return text;
}

void WatchView::take(const WatchedEvent& event, base::Time now) {
  auto& session = sessions_[event.session];
  session.heard = now;
  session.position = event.position;
  session.kind = event.kind;
  if (!event.model.empty()) session.model = event.model;
  if (event.kind == "label") {
    if (value(event, 1) <= 1) session.labels.clear();  // rank 1 begins the answer about another window
    session.labels.push_back({printable(event.name), value(event, 0)});
  } else if (event.kind == "pitch") {
    session.hz = value(event, 0);
    session.confidence = value(event, 1);
  } else if (event.kind == "hit") {
    session.velocity = value(event, 0);
    session.hits.push_front(printable(event.name));
    if (session.hits.size() > kHits) session.hits.pop_back();
  }
}

std::string WatchView::line_of(std::int32_t number, const Session& session, base::Time now) {
  auto line = padded(printable(session.model.empty() ? "session" : session.model) + " " + std::to_string(number), 24) +
              padded(std::to_string(session.position), 12);
  const bool fresh = now - session.heard < kFresh;
  if (session.kind == "hit") {
    line += bar(fresh ? session.velocity : 0) + "       ";
    for (const auto& hit : session.hits) line += hit + " ";
  } else if (!fresh) {
    line += bar(0);
  } else if (session.kind == "pitch") {
    line += bar(session.confidence) + " " + two_digits(session.confidence) + "  " + pitch_text(session.hz);
  } else if (!session.labels.empty()) {
    const auto& best = session.labels.front();
    line += bar(best.score) + " " + two_digits(best.score) + "  " + padded(best.name, 24);
    for (std::size_t i = 1; i < session.labels.size(); ++i)
      line += "  " + session.labels[i].name + " " + two_digits(session.labels[i].score);
  } else {
    line += printable(session.kind);
  }
  return line;
}

std::vector<std::string> WatchView::lines(base::Time now, std::size_t columns) {
  std::erase_if(sessions_, [&](const auto& item) { return now - item.second.heard > kKept; });
  std::vector<std::string> lines;
  for (const auto& [number, session] : sessions_) lines.push_back(cut(line_of(number, session, now), columns));
  if (lines.empty()) lines.push_back(cut("nothing is heard yet", columns));
  return lines;
}

}  // namespace server
