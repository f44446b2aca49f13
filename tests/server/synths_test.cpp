// Melodies that scsynth plays, in virtual time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "support/melodies.hpp"
#include "support/world.hpp"

namespace server {
namespace {

using namespace std::chrono_literals;
using support::bells;
using support::local;
using support::World;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;

using support::kScsynth;

/// One message that went to scsynth.
struct Told {
  std::string address;
  base::Duration due{};   ///< after the World's calendar began to count
  base::Duration left{};  ///< the same
  std::int32_t node = 0;
  double pitch = 0;
  std::uint64_t tag = 0;
};

class Bells : public testing::Test {
 public:
  explicit Bells(const SynthConfig& synth = bells()) : world(support::bells_config(synth)) {}

  std::vector<Told> told(std::string_view address) const {
    std::vector<Told> out;
    for (const auto& sent : world.link.sent) {
      if (sent.to.port != kScsynth) continue;
      auto one = told_in(sent);
      if (one.address == address) out.push_back(one);
    }
    return out;
  }
  std::vector<double> pitches(std::size_t from = 0) const {
    std::vector<double> out;
    const auto all = told("/s_new");
    for (auto i = from; i < all.size(); ++i) out.push_back(all[i].pitch);
    return out;
  }
  base::Duration today() const { return world.clock.now().time_since_epoch() + world.calendar; }
  void run(base::Duration by) { world.advance(by); }

  World world;

 private:
  Told told_in(const support::RecordingLink::Sent& sent) const {
    Told one;
    const auto text = std::string_view(reinterpret_cast<const char*>(sent.packet.data()), sent.packet.size());
    one.left = sent.at.time_since_epoch() + world.calendar;
    if (text.starts_support::bells_config("#bundle")) {
      for (std::size_t i = 8; i < 16; ++i) one.tag = one.tag << 8 | static_cast<unsigned char>(text[i]);
      one.due = since_1970(one.tag);
    }
    protocol::Reader().read(sent.packet, [&](const protocol::MessageView& message) {
      for (const auto& argument : message.arguments) {
        EXPECT_TRUE(std::holds_alternative<std::int32_t>(argument) || std::holds_alternative<float>(argument) ||
                    std::holds_alternative<std::string_view>(argument))
            << "a type that scsynth does not know";
      }
      if (message.address == "/error") return;
      one.address = message.address;
      if (message.address == "/s_new") {
        one.node = std::get<std::int32_t>(message.arguments[1]);
        one.pitch = static_cast<double>(std::get<float>(message.arguments[5]));
      }
      if (message.address == "/n_set") one.node = std::get<std::int32_t>(message.arguments[0]);
    });
    return one;
  }
  static base::Duration since_1970(std::uint64_t tag) {
    const auto seconds = static_cast<std::int64_t>(tag >> 32) - 2208988800;
    return std::chrono::seconds(seconds) +
           std::chrono::nanoseconds(static_cast<std::int64_t>(((tag & 0xffffffffU) * 1000000000 + (1U << 31)) >> 32));
  }
};

TEST_F(Bells, PlayOneLookaheadAfterTheyWereAsked) {
  const auto asked = today();
  EXPECT_THAT(world.send("/bells/play"), SizeIs(3)) << "a question to scsynth, a note, its end";
  ASSERT_THAT(told("/s_new"), SizeIs(1));
  EXPECT_EQ(told("/s_new").front().due, asked + 200ms);
}

TEST_F(Bells, GetEachNoteOneLookaheadBeforeItIsDueWithItsEnd) {
  world.send("/bells/play");
  run(20s);
  const auto notes = told("/s_new"), ends = told("/n_set");
  ASSERT_GT(notes.size(), 15U);
  ASSERT_EQ(ends.size(), notes.size());
  std::set<std::int32_t> nodes;
  for (std::size_t i = 0; i < notes.size(); ++i) {
    EXPECT_GT(notes[i].tag, std::uint64_t{1} << 32) << "a time, and not 'immediately'";
    EXPECT_LE(notes[i].due - notes[i].left, 200ms);
    EXPECT_GT(notes[i].due - notes[i].left, 199ms);
    EXPECT_EQ(ends[i].node, notes[i].node);
    EXPECT_EQ(ends[i].left, notes[i].left) << "whatever becomes of the daemon, the note has an end";
    EXPECT_GT(ends[i].due, notes[i].due);
    EXPECT_GE(notes[i].node, NodeIds::kFirst);
    EXPECT_TRUE(nodes.insert(notes[i].node).second);
  }
}

TEST_F(Bells, NotesAreThoseOfTheSameLineInAnyHost) {
  world.send("/bells/play");
  run(10s);
  world.heard();
  world.as(local(6000)).hello("host", 0);
  const auto session = world.open("melody");
  world.send("/oscine/v1/set", 2, session, "seed", 7);
  const auto before = world.link.sent.size();
  world.send("/oscine/v1/horizon", 3, session, 9000);
  world.send("/oscine/v1/play", 4, session, 0, 0, 1);
  std::vector<double> host, tags;
  for (auto i = before; i < world.link.sent.size(); ++i) {
    if (!support::text_of(world.link.sent[i].packet).starts_support::bells_config("/event ")) continue;
    host.push_back(support::number_in(world.link.sent[i].packet, 8));
    tags.push_back(support::number_in(world.link.sent[i].packet, 3) * 65536 +
                   support::number_in(world.link.sent[i].packet, 4));
  }
  const auto notes = told("/s_new");
  ASSERT_GT(host.size(), 5U);
  for (std::size_t i = 0; i < std::min(host.size(), notes.size()); ++i) {
    EXPECT_EQ(notes[i].pitch, host[i]);
    EXPECT_NEAR(std::chrono::duration<double>(notes[i].due - notes[0].due).count() * 48000, tags[i] - tags[0], 0.001);
  }
}

TEST_F(Bells, BeginAnewWithEachPlay) {
  world.send("/bells/play");
  run(5s);
  const auto first = pitches();
  world.send("/bells/play");
  run(5s);
  const auto second = pitches(first.size());
  ASSERT_GT(first.size(), 3U);
  EXPECT_EQ(second, first);
}

TEST(BellsOfChance, AreAnotherLineEachTime) {
  auto synth = bells();
  synth.set.clear();
  World other(support::bells_config(synth));
  std::vector<std::string> lines;
  for (int i = 0; i < 2; ++i) {
    other.send("/bells/play");
    const auto before = other.link.sent.size();
    other.advance(5s);
    std::string line;
    for (auto n = before; n < other.link.sent.size(); ++n) {
      const auto& packet = other.link.sent[n].packet;
      protocol::Reader().read(packet, [&](const protocol::MessageView& message) {
        if (message.address == "/s_new") line += std::to_string(std::get<float>(message.arguments[5])) + " ";
      });
    }
    lines.push_back(line);
  }
  EXPECT_NE(lines[0], lines[1]);
}

TEST_F(Bells, StopLeavesNothingBehindThatBeginsLaterOrHangs) {
  for (int round = 0; round < 20; ++round) {
    world.send("/bells/play");
    run(1s + 37ms * round);
    const auto stopped = today();
    world.send("/bells/stop");
    run(5s);
    std::map<std::int32_t, base::Duration> ends;
    for (const auto& end : told("/n_set")) {
      auto& at = ends.try_emplace(end.node, end.due).first->second;
      at = std::min(at, end.due);
    }
    for (const auto& note : told("/s_new")) {
      EXPECT_LE(note.due, stopped + 200ms);
      ASSERT_TRUE(ends.contains(note.node));
      EXPECT_LE(ends[note.node], stopped + 200ms + 1us);
    }
  }
}

TEST_F(Bells, ThatAreSilentCostNothing) {
  world.send("/bells/play");
  run(1s);
  world.send("/bells/stop");
  run(5s);
  const auto before = world.link.sent.size();
  run(60s);
  EXPECT_EQ(world.link.sent.size(), before);
}

TEST_F(Bells, AButtonPlaysWhenItIsPressedAndNotWhenItIsLetGo) {
  world.send("/bells/play", 1.0);
  run(2s);
  const auto notes = told("/s_new").size();
  world.send("/bells/play", 0.0);
  world.send("/bells/stop", 0.0);
  run(2s);
  EXPECT_GT(told("/s_new").size(), notes);
  const auto heard = pitches();
  world.send("/bells/play");
  const auto before = told("/s_new").size() - 1;
  run(4s);
  EXPECT_EQ(pitches(before), heard) << "the line was never broken";
}

TEST_F(Bells, WhatIsSetActsAtTheNextPlay) {
  world.send("/bells/play");
  EXPECT_THAT(world.send("/bells/set", "range", 60, 62), IsEmpty());
  run(3s);
  const auto before = told("/s_new").size();
  world.send("/bells/play");
  run(5s);
  for (const double pitch : pitches(before)) {
    EXPECT_GE(pitch, 60);
    EXPECT_LE(pitch, 62);
  }
  EXPECT_GT(told("/s_new").size(), before);
}

TEST_F(Bells, WrongMessagesAreToldToWhoSentThem) {
  const auto heard = [this](const auto&... message) {
    world.as(local(5000)).send(message...);
    return support::text_of(world.link.sent.back().packet);
  };
  EXPECT_THAT(heard("/bells/set", "temprature", 1.0),
              AllOf(StartsWith("/fail 0 '/bells/set' 404"), HasSubstr("temperature")));
  EXPECT_THAT(heard("/bells/set", "tempo", 4000), AllOf(HasSubstr(" 400 "), HasSubstr("tempo")));
  EXPECT_THAT(heard("/bells/set"), HasSubstr(" 400 "));
  EXPECT_THAT(heard("/bells/play", "now"), AllOf(HasSubstr("/fail 0 '/bells/play' 400"), HasSubstr("a number")));
  EXPECT_THAT(heard("/bells/paly"), AllOf(HasSubstr(" 404 "), HasSubstr("/bells/play")));
  EXPECT_EQ(world.link.sent.back().to.port, 5000);
  EXPECT_THAT(told("/s_new"), IsEmpty());
}

TEST_F(Bells, WhatScsynthSaysIsNeverAnsweredAndItsFailuresAreLoggedOnce) {
  world.send("/bells/play");
  const auto before = world.link.sent.size();
  world.as(local(kScsynth));
  for (int i = 0; i < 5; ++i) {
    world.send("/fail", "/s_new", "SynthDef bell not found");
    world.send("/status.reply", 1, 0, 0, 1, 0, 0.1, 0.2);
    world.send("/synced", i);
  }
  EXPECT_EQ(world.link.sent.size(), before);
  const auto& lines = world.log.lines;
  EXPECT_EQ(std::count_if(lines.begin(), lines.end(),
                          [](const auto& line) { return line.find("SynthDef bell not found") != line.npos; }),
            1);
}

TEST_F(Bells, ThatNobodyHearsAreLoggedOnce) {
  const auto told_so = [this] {
    const auto& lines = world.log.lines;
    return std::count_if(lines.begin(), lines.end(),
                         [](const auto& line) { return line.find("nothing answers at 127.0.0.1:57110") != line.npos; });
  };
  for (int i = 0; i < 3; ++i) {
    world.send("/bells/play");
    run(2s);
  }
  EXPECT_EQ(told_so(), 1);
  world.as(local(kScsynth)).send("/status.reply", 1);
  world.as(local(5000)).send("/bells/play");
  run(10ms);
  world.as(local(kScsynth)).send("/status.reply", 1);
  run(2s);
  EXPECT_EQ(told_so(), 1);
}

TEST_F(Bells, GoOnByThemselvesWhenTheirModelIsThereAgain) {
  world.send("/bells/play");
  run(3s);
  const auto before = told("/s_new").size();
  world.send("/oscine/v1/unload", 1, "melody");
  run(5s);
  const auto without = told("/s_new").size();
  EXPECT_LE(without, before + 8) << "what was planned already";
  EXPECT_TRUE(world.log.holds("melody"));
  world.send("/oscine/v1/load", 2, "melody");
  run(5s);
  const auto notes = told("/s_new");
  EXPECT_GT(notes.size(), without + 3);
  for (std::size_t i = 1; i < notes.size(); ++i) EXPECT_GE(notes[i].due, notes[i - 1].due);
}

TEST_F(Bells, OfNobodyElseCanBeTouched) {
  world.send("/bells/play");
  run(1s);
  const auto before = told("/s_new").size();
  EXPECT_EQ(world.daemon.figures().sessions, 1U);
  world.heard();
  world.hello("someone", 0);
  world.send("/oscine/v1/bye", 3);
  run(3s);
  EXPECT_GT(told("/s_new").size(), before);
}

TEST_F(Bells, GoOnEvenlyWhereTheCalendarIsSet) {
  world.send("/bells/play");
  run(3s);
  const auto before = told("/s_new").size();
  world.calendar += 1h;
  run(3s);
  const auto notes = told("/s_new");
  ASSERT_GT(notes.size(), before + 2);
  const auto jump = notes[before].due - notes[before - 1].due;
  EXPECT_GT(jump, 59min);
  EXPECT_LT(jump, 1h + 2s);
  EXPECT_LE(notes.back().due - notes.back().left, 200ms);
  EXPECT_GT(notes.back().due - notes.back().left, 190ms);
}

TEST_F(Bells, NotesThatTheDaemonCameToTooLateAreLeftOutCountedAndLogged) {
  world.send("/bells/play");
  run(2s);
  world.clock.advance(3s);  // the process was stopped
  world.daemon.run_due();
  world.settle();
  run(2s);
  for (const auto& note : told("/s_new")) EXPECT_GT(note.due, note.left);
  EXPECT_GT(world.daemon.metrics().late, 0U);
  EXPECT_TRUE(world.log.holds("too late"));
}

TEST_F(Bells, AConfigurationThatKeepsThemLetsThemPlayOnAndOneWithoutThemEndsThem) {
  world.send("/bells/play");
  run(2s);
  const auto before = told("/s_new").size();
  world.daemon.reconfigure(support::bells_config(bells()));
  run(2s);
  EXPECT_GT(told("/s_new").size(), before);
  auto without = support::bells_config(bells());
  without.synths.clear();
  world.daemon.reconfigure(without);
  run(1s);
  const auto after = told("/s_new").size();
  run(3s);
  EXPECT_EQ(told("/s_new").size(), after);
  EXPECT_EQ(world.daemon.figures().sessions, 0U);
}

TEST_F(Bells, EndWhenTheDoorsClose) {
  world.send("/bells/play");
  run(2s);
  const auto closed = today();
  world.daemon.close_doors();
  run(2s);
  for (const auto& note : told("/s_new")) EXPECT_LE(note.due, closed + 200ms);
  EXPECT_TRUE(world.daemon.drained());
}

TEST(Autoplay, BeginsAsSoonAsTheModelIsThere) {
  auto synth = bells();
  synth.autoplay = true;
  World world(support::bells_config(synth), World::Models::kLoading);
  world.advance(10s);
  EXPECT_EQ(std::count_if(
                world.log.lines.begin(), world.log.lines.end(),
                [](const auto& line) { return line.find("/bells") != line.npos && line.find("answers") == line.npos; }),
            0);
  world.background.held = false;
  world.settle();
  world.advance(3s);
  std::size_t notes = 0;
  for (const auto& sent : world.link.sent) notes += sent.packet.size() > 60 && sent.to.port == kScsynth ? 1 : 0;
  EXPECT_GT(notes, 3U);
}

}  // namespace
}  // namespace server
