#include "server/net/impaired_line.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace server {

namespace {

using base::Duration;
using base::Error;
using base::ErrorCode;
using base::Time;

constexpr double kLongest = 600000;  // ms

Duration millis(double ms) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double, std::milli>(ms));
}

double exponential(double mean, double drawn) { return -mean * std::log1p(-drawn); }

std::optional<double> number_in(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

Error wrong(std::string_view name, const std::string& value, const std::string& expected) {
  return {ErrorCode::kMalformed, std::string(name) + " is '" + value + "'; " + expected + " is expected"};
}

base::Result<double> share(std::string_view name, const std::string& value) {
  const bool percent = value.ends_with('%');
  const auto number = number_in(std::string_view(value).substr(0, value.size() - (percent ? 1 : 0)));
  const double part = number.value_or(-1) / (percent ? 100 : 1);
  if (!number || part < 0 || part > 1) return wrong(name, value, "a share such as 5% or 0.05");
  return part;
}

base::Result<double> time_ms(std::string_view name, const std::string& value) {
  const auto number = number_in(value);
  if (!number || *number < 0 || *number > kLongest) return wrong(name, value, "a time in ms, 0..600000,");
  return *number;
}

struct Shape {
  std::string_view name;
  Impairment::Delay delay;
  std::size_t numbers;
};
constexpr Shape kShapes[] = {{"uniform", Impairment::Delay::kUniform, 2},
                             {"exponential", Impairment::Delay::kExponential, 1},
                             {"bursts", Impairment::Delay::kBursts, 2}};

/// "uniform:0:95" → its shape and numbers.
base::Status set_delay(Impairment& impairment, const std::string& value) {
  const auto refused =
      wrong("delay", value, "MS, uniform:FROM:TO, exponential:MEAN or bursts:LENGTH:EVERY (ms, up to 600000)");
  std::vector<std::string> words;
  for (std::size_t at = 0; at <= value.size();) {
    const auto end = std::min(value.find(':', at), value.size());
    words.push_back(value.substr(at, end - at));
    at = end + 1;
  }
  Impairment next = impairment;
  std::size_t numbers = 1;
  next.delay = Impairment::Delay::kConstant;
  for (const auto& shape : kShapes) {
    if (words.empty() || words.front() != shape.name) continue;
    next.delay = shape.delay;
    numbers = shape.numbers;
    words.erase(words.begin());
    break;
  }
  if (words.size() != numbers) return refused;
  double* const places[] = {&next.first, &next.second};
  next.second = 0;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto number = time_ms("delay", words[i]);
    if (!number) return refused;
    *places[i] = *number;
  }
  if (next.delay == Impairment::Delay::kUniform && next.first > next.second) return refused;
  if (next.delay == Impairment::Delay::kBursts && next.second <= 0) return refused;
  impairment = next;
  return {};
}

}  // namespace

base::Status set_impairment(Impairment& impairment, std::string_view name, const std::string& value) {
  if (name == "delay") return set_delay(impairment, value);
  double* const place = name == "cap"         ? &impairment.cap
                        : name == "loss"      ? &impairment.loss
                        : name == "duplicate" ? &impairment.duplicate
                        : name == "reorder"   ? &impairment.reorder
                                              : nullptr;
  if (place == nullptr) {
    return Error{ErrorCode::kMalformed,
                 "there is no setting '" + std::string(name) +
                     "'; delay, cap, loss, duplicate and reorder are the settings of a direction"};
  }
  const auto number = name == "cap" ? time_ms(name, value) : share(name, value);
  if (!number) return number.error();
  *place = *number;
  return {};
}

// 0 ≤ x < 1. Our own, since std's distributions differ between libraries.
double ImpairedLine::draw(std::mt19937_64& numbers) { return static_cast<double>(numbers() >> 11) * 0x1p-53; }

Duration ImpairedLine::delay(double drawn, Time now) {
  Duration delay = millis(impairment_.first);
  switch (impairment_.delay) {
    case Impairment::Delay::kConstant:
      break;
    case Impairment::Delay::kUniform:
      delay = millis(impairment_.first + (impairment_.second - impairment_.first) * drawn);
      break;
    case Impairment::Delay::kExponential:
      delay = millis(std::min(exponential(impairment_.first, drawn), impairment_.cap));
      break;
    case Impairment::Delay::kBursts:
      delay = until_burst_ends(now);
      break;
  }
  return std::min(delay, millis(impairment_.cap));
}

// Standstills follow each other in time, wherever packets come.
Duration ImpairedLine::until_burst_ends(Time now) {
  if (!began_) burst_until_ = now;
  began_ = true;
  while (burst_until_ <= now) {
    burst_from_ = burst_until_ + millis(std::min(exponential(impairment_.second, draw(bursts_)), kLongest));
    // Longer than nothing, or a line of empty standstills would never end.
    burst_until_ =
        burst_from_ + millis(std::min(exponential(impairment_.first, draw(bursts_)), kLongest)) + Duration(1);
  }
  return burst_from_ <= now ? burst_until_ - now : Duration(0);
}

ImpairedLine::Queue::iterator ImpairedLine::put(Packet packet, Time now, Duration delay) {
  counts_.longest = std::max(counts_.longest, delay);
  return on_way_.emplace(now + delay, OnWay{std::move(packet), now});
}

// What was to be overtaken goes after a packet that goes then, but not past its cap.
void ImpairedLine::let_overtake(Time by) {
  if (!waiting_) return;
  auto node = on_way_.extract(*waiting_);
  waiting_.reset();
  const auto latest = node.mapped().came + millis(impairment_.cap);
  node.key() = std::min(std::max(by, waiting_due_), latest);
  counts_.longest = std::max(counts_.longest, node.key() - node.mapped().came);
  counts_.reordered += node.key() >= by ? 1 : 0;
  on_way_.insert(std::move(node));  // behind those of the same time
}

void ImpairedLine::take(Packet packet, Time now) {
  ++counts_.came;
  const Fate fate{draw(fate_), draw(fate_), draw(fate_), draw(fate_), draw(fate_)};  // all, whatever is made of them
  if (fate.loss < impairment_.loss) {
    ++counts_.lost;
    return;
  }
  const auto first = delay(fate.delay, now);
  if (fate.duplicate < impairment_.duplicate) {
    ++counts_.doubled;
    put(packet, now, delay(fate.second_delay, now));
  }
  if (fate.reorder < impairment_.reorder && !waiting_) {
    waiting_due_ = now + first;
    waiting_ = on_way_.emplace(now + millis(impairment_.cap), OnWay{std::move(packet), now});
    return;
  }
  put(std::move(packet), now, first);
  let_overtake(now + first);
}

void ImpairedLine::run_due(Time now, const std::function<void(const Packet&)>& send) {
  while (!on_way_.empty() && on_way_.begin()->first <= now) {
    if (waiting_ && *waiting_ == on_way_.begin()) waiting_.reset();  // nothing came to overtake it
    const auto node = on_way_.extract(on_way_.begin());
    ++counts_.went;
    send(node.mapped().packet);
  }
}

}  // namespace server
