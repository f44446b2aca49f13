// A host's whole logic against the daemon, in virtual time: random plays, stops, jumps, notes, settings and restarts,
// through loss, doubles, disorder and busy workers. What sounds hangs on what was asked, and on nothing else.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <tuple>

#include "support/melodies.hpp"
#include "support/world.hpp"

namespace server {
namespace {

using namespace std::chrono_literals;
using support::World;

constexpr std::int64_t kMs = 48;  // samples

struct Sound {
  std::int64_t from = 0, to = 0;
  std::int32_t generation = 0;
  int pitch = 0, voice = 0;
  friend bool operator==(const Sound&, const Sound&) = default;
};

std::ostream& operator<<(std::ostream& out, const Sound& sound) {
  return out << "g" << sound.generation << " " << sound.from << ".." << sound.to << " pitch " << sound.pitch
             << " voice " << sound.voice;
}

/// What docs/time.md asks of a host, and nothing more.
class Host {
 public:
  void opened(std::int32_t session) {
    session_ = session;
    seen_.clear();
    seen_up_to_ = 0;
    ahead_.clear();  // what is held of the old session goes on
  }
  void cut(std::int32_t generation, std::int64_t at) { cuts_[generation] = at; }

  void receive(protocol::Bytes packet) {
    const auto n = [packet](std::size_t i) { return static_cast<std::int64_t>(support::number_in(packet, i)); };
    if (n(0) != session_ || !seen_.insert(n(1)).second) return;
    while (seen_.contains(seen_up_to_ + 1)) ++seen_up_to_;
    const std::int64_t at = n(3) * 65536 + n(4);
    if (at < now_ && n(2) == governing(at)) ++late_;  // what is void is not missed
    ahead_.emplace(
        at, Sound{at, at + n(6), static_cast<std::int32_t>(n(2)), static_cast<int>(n(8)), static_cast<int>(n(10))});
  }

  /// Everything before `to` happens: events fire, where theirs is still the generation of their place; cuts end notes.
  void play_to(std::int64_t to) {
    for (auto next = ahead_.begin(); next != ahead_.end() && next->first < to; next = ahead_.erase(next)) {
      if (next->first < now_ || next->second.generation != governing(next->first)) continue;
      end_before(next->first);
      auto sound = next->second;
      const auto held =
          std::find_if(held_.begin(), held_.end(), [&](const Sound& s) { return s.voice == sound.voice; });
      EXPECT_EQ(held, held_.end()) << "a voice has one note at a time";
      held_.push_back(sound);
    }
    end_before(to);
    now_ = to;
  }
  /// The transport goes elsewhere: what is held ends here.
  void jump(std::int64_t to) {
    play_to(now_);
    for (auto& sound : held_) finish(sound, now_);
    held_.clear();
    now_ = to;
  }

  std::int64_t now() const { return now_; }
  std::int32_t seen() const { return static_cast<std::int32_t>(seen_up_to_); }
  int late() const { return late_; }
  /// Which of two that begin together came first is nothing that can be heard.
  std::vector<Sound> sounded() const {
    auto sounds = sounded_;
    std::sort(sounds.begin(), sounds.end(), [](const Sound& a, const Sound& b) {
      return std::tie(a.generation, a.from, a.voice) < std::tie(b.generation, b.from, b.voice);
    });
    return sounds;
  }
  const std::vector<Sound>& held() const { return held_; }

 private:
  std::int32_t governing(std::int64_t at) const {
    for (auto cut = cuts_.rbegin(); cut != cuts_.rend(); ++cut) {
      if (cut->second <= at) return cut->first;
    }
    return -1;
  }
  void finish(Sound sound, std::int64_t at) {
    sound.to = at;
    sounded_.push_back(sound);
  }
  /// Ends what has its end, or a cut of a later generation, up to there.
  void end_before(std::int64_t to) {
    std::erase_if(held_, [&](const Sound& sound) {
      auto end = sound.to;
      for (const auto& [generation, at] : cuts_) {
        if (generation > sound.generation && at >= sound.from) end = std::min(end, at);
      }
      if (end > to) return false;
      finish(sound, end);
      return true;
    });
  }

  std::int32_t session_ = 0;
  std::int64_t now_ = 0, seen_up_to_ = 0;
  std::set<std::int64_t> seen_;
  std::multimap<std::int64_t, Sound> ahead_;
  std::map<std::int32_t, std::int64_t> cuts_;
  std::vector<Sound> held_, sounded_;
  int late_ = 0;
};

/// One performance: `score` decides what the host does, `weather` what happens to its packets.
class Performance {
 public:
  Performance(unsigned score, unsigned weather) : score_(score), weather_(weather) {
    auto config = support::plain_config();
    config.models.push_back(support::fake_melody());
    world_.daemon.reconfigure(std::move(config));
    world_.settle();
    world_.hello("host", 0);
    open();
  }

  void run(int operations) {
    for (int i = 0; i < operations; ++i) {
      operate();
      live(static_cast<std::int64_t>(pick(score_, 50, 600)) * kMs);
    }
    re_plan("/oscine/v1/stop", host_.now() + kLead);
    live(4000 * kMs);
  }
  const Host& host() const { return host_; }

 private:
  static constexpr std::int64_t kLead = 500 * kMs;  // time for a lost event to come again

  static int pick(std::mt19937& from, int least, int most) {
    return least + static_cast<int>(from() % static_cast<unsigned>(most - least + 1));
  }
  bool chance(int percent) { return pick(weather_, 1, 100) <= percent; }

  void open() {
    world_.workers.held = false;
    world_.settle();
    deliver();
    session_ = world_.open("melody");
    told_ = world_.link.sent.size();
    host_.opened(session_);
    set("seed", 3);
  }
  template <class... Values>
  void set(const char* attribute, const Values&... values) {
    world_.send("/oscine/v1/set", ++id_, session_, attribute, values...);
  }
  void re_plan(const char* address, std::int64_t at) {
    world_.send(address, ++id_, session_, static_cast<int>(at >> 16), static_cast<int>(at & 65535), ++generation_);
    host_.cut(generation_, at);
  }

  void operate() {
    const auto ahead = host_.now() + kLead + static_cast<std::int64_t>(pick(score_, 0, 3000)) * kMs;
    const int what = pick(score_, 0, 11), value = pick(score_, 0, 99);
    switch (what) {
      case 0:
        return re_plan("/oscine/v1/stop", ahead);
      case 1:
        return set("temperature", static_cast<double>(value) / 25);
      case 2:
        return set("voices", 1 + value % 3);
      case 3:
        return set("density", static_cast<double>(value) / 100);
      case 4:
      case 5: {  // a note, some time ago
        const auto at = std::max<std::int64_t>(0, host_.now() - value * 20 * kMs);
        world_.send("/oscine/v1/note", ++id_, session_, static_cast<int>(at >> 16), static_cast<int>(at & 65535),
                    static_cast<double>(40 + value % 48), value % 9 == 0 ? 0.0 : 80.0, value % 4 == 0 ? -1 : 12000);
        return;
      }
      case 6: {  // the transport goes back, or a little ahead
        const auto to = std::max<std::int64_t>(0, host_.now() + (value - 70) * 100 * kMs);
        re_plan("/oscine/v1/stop", host_.now());
        host_.jump(to);
        return re_plan("/oscine/v1/play", to + kLead);
      }
      case 7:
        if (value < 20) {  // the daemon is another one: the host opens, and goes on
          open();
          re_plan("/oscine/v1/play", host_.now() + 2 * kLead);
        }
        return;
      default:
        return re_plan("/oscine/v1/play", ahead);
    }
  }

  /// The host's time goes on, and its playhead with it, now and then.
  void live(std::int64_t samples) {
    const auto end = host_.now() + samples;
    while (host_.now() < end) {
      const auto step = std::min<std::int64_t>(end - host_.now(), pick(weather_, 5, 60) * kMs);
      host_.play_to(host_.now() + step);
      world_.advance(std::chrono::nanoseconds(step * 1000000 / kMs));
      world_.workers.held = !world_.workers.held && chance(10);
      if (!world_.workers.held) world_.settle();
      if (!chance(5)) {
        const auto at = host_.now();
        world_.send("/oscine/v1/playhead", session_, static_cast<int>(at >> 16), static_cast<int>(at & 65535),
                    host_.seen(), 48000.0);
      }
      deliver();
    }
  }

  /// What was sent arrives: not all of it, some of it twice, in any order.
  void deliver() {
    std::vector<std::size_t> arriving;
    for (; told_ < world_.link.sent.size(); ++told_) {
      if (support::text_of(world_.link.sent[told_].packet).starts_with("/event ") && !chance(3))
        arriving.push_back(told_);
    }
    for (std::size_t i = arriving.size(); i-- > 0;) {
      if (chance(5)) arriving.push_back(arriving[i]);
    }
    std::shuffle(arriving.begin(), arriving.end(), weather_);
    for (const auto i : arriving) host_.receive(world_.link.sent[i].packet);
  }

  std::mt19937 score_, weather_;
  World world_;
  Host host_;
  std::int32_t session_ = 0, generation_ = 0;
  std::size_t told_ = 0;
  int id_ = 100000;
};

TEST(Performance, WhatSoundsHangsOnWhatWasAskedAndNotOnTheWeather) {
  const char* asked = std::getenv("OSCINE_PERFORMANCES");
  const unsigned performances = asked == nullptr ? 30 : static_cast<unsigned>(std::strtoul(asked, nullptr, 10));
  std::size_t notes = 0;
  for (unsigned score = 1; score <= performances && !testing::Test::HasFailure(); ++score) {
    SCOPED_TRACE("score " + std::to_string(score));
    Performance calm(score, 1000 + score), rough(score, 2000 + score);
    calm.run(40);
    rough.run(40);
    EXPECT_EQ(calm.host().sounded(), rough.host().sounded());
    for (const auto* one : {&calm, &rough}) {
      EXPECT_EQ(one->host().late(), 0);
      EXPECT_TRUE(one->host().held().empty()) << "a note is stuck";
    }
    notes += calm.host().sounded().size();
  }
  EXPECT_GT(notes, performances * 10) << "and something did sound";
}

}  // namespace
}  // namespace server
