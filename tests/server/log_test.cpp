// One line per event, and other people's bytes never steer the reader.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <thread>

#include "server/folder.hpp"
#include "server/log/log.hpp"

namespace server {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

std::string written(bool json, const std::string& level, const std::function<void(Log&)>& talk) {
  const support::Folder folder;
  LogConfig config;
  config.file = folder.path() / "log";
  config.json = json;
  config.level = level;
  {
    auto log = Log::open(config);
    EXPECT_TRUE(log);
    talk(**log);
  }
  std::stringstream text;
  text << std::ifstream(config.file).rdbuf();
  return text.str();
}

TEST(LogLine, HasWhoWhatIdAndHowLong) {
  EXPECT_EQ(plain({"/oscine/v1/open", "127.0.0.1:5000 max", 7, 1500us, "answered"}),
            "127.0.0.1:5000 max /oscine/v1/open #7 1.500 ms: answered");
  EXPECT_EQ(plain({"listen", {}, {}, {}, "127.0.0.1:7770"}), "listen: 127.0.0.1:7770");
  EXPECT_EQ(plain({"listen"}), "listen");
}

TEST(LogFile, IsOneLinePerEventWhateverAClientIsCalled) {
  const auto text = written(false, "info", [](Log& log) {
    log.line(Level::kInfo, {"hello", "evil\n\x1b[2Jname", {}, {}, "two\nlines"});
  });
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_THAT(text, HasSubstr("evil\\x0a\\x1b[2Jname"));
}

TEST(LogFile, AsJsonEscapesWhatJsonMust) {
  const auto text = written(true, "info", [](Log& log) {
    log.line(Level::kWarn, {"hello", "a \"name\" with \\ and \n", 3, 2ms, "text"});
  });
  EXPECT_THAT(text, HasSubstr(R"("level":"warn)"));
  EXPECT_THAT(text, HasSubstr(R"("who":"a \"name\" with \\ and \u000a","id":3,"ms":2.000,"text":"text"})"));
}

TEST(LogFile, KeepsTheLevelThatIsAskedFor) {
  const auto text = written(false, "warn", [](Log& log) {
    log.line(Level::kInfo, {"quiet"});
    log.line(Level::kWarn, {"loud"});
    log.set_level(Level::kDebug);
    log.line(Level::kDebug, {"whisper"});
  });
  EXPECT_THAT(text, ::testing::AllOf(::testing::Not(HasSubstr("quiet")), HasSubstr("loud"), HasSubstr("whisper")));
}

TEST(LogFile, ThatCannotBeWrittenIsOneSentence) {
  const support::Folder folder;
  LogConfig config;
  config.file = folder.write("file", "no folder") / "log";
  const auto log = Log::open(config);
  ASSERT_FALSE(log);
  EXPECT_THAT(log.error().message, HasSubstr(config.file.string()));
  EXPECT_EQ(log.error().message.find('\n'), std::string::npos);
}

TEST(LogListener, HearsLinesFromInfoUp) {
  std::vector<std::string> heard;
  const auto log = Log::quiet();
  log->set_level(Level::kDebug);
  log->set_listener(
      [&heard](Level level, const std::string& line) { heard.push_back(std::string(name_of(level)) + " " + line); });
  log->line(Level::kDebug, {"a"});
  log->line(Level::kInfo, {"b"});
  log->line(Level::kError, {"c"});
  EXPECT_EQ(heard, (std::vector<std::string>{"info b", "error c"}));
}

// A recording that ended as it began told so from its own thread, while the network thread set the listener.
TEST(LogListener, MayBeSetWhileOthersLog) {
  const auto log = Log::quiet();
  std::size_t heard = 0;
  std::thread other([&log] {
    for (int i = 0; i < 1000; ++i) log->line(Level::kInfo, {"line"});
  });
  for (int i = 0; i < 1000; ++i) log->set_listener([&heard](Level, const std::string&) { ++heard; });
  log->set_listener({});
  const auto before = heard;
  other.join();
  EXPECT_EQ(heard, before);
}

TEST(LogLevels, HaveNamesBothWays) {
  for (const char* name : {"trace", "debug", "info", "warn", "error", "off"}) EXPECT_EQ(name_of(level_of(name)), name);
}

}  // namespace
}  // namespace server
