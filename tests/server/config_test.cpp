#include "server/config/config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "server/folder.hpp"

namespace server {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace std::chrono_literals;

std::string card_text(const std::string& name) {
  return "card: 1\nname: " + name + "\nkind: params\nfile: none.ts\ninputs: [x, y]\noutputs: [pitch, filter]\n";
}

constexpr const char* kInline =
    "models:\n  synth:\n    kind: params\n    engine: fake\n    methods:\n"
    "      - {name: forward, inputs: 2, outputs: [pitch, filter]}\n      - {name: other, inputs: 2, outputs: [gain]}\n";

Config config(const std::string& text, const std::filesystem::path& file = "/etc/oscine/a.yaml") {
  auto result = parse_config(text, file);
  EXPECT_TRUE(result) << result.error().message;
  return result ? *result : Config{};
}

std::string refusal(const std::string& text, const std::filesystem::path& file = "a.yaml") {
  const auto result = parse_config(text, file);
  if (result) return "accepted";
  EXPECT_EQ(result.error().code, base::ErrorCode::kMalformed);
  EXPECT_EQ(result.error().message.find('\n'), std::string::npos) << result.error().message;
  return result.error().message;
}

/// kInline and an alias with this body; the alias stands on line 9.
std::string aliased(const std::string& body, const std::string& key = "/synth/update", const std::string& before = "") {
  return kInline + std::string("aliases:\n  ") + key + ": " + body + "\n" + before;
}
constexpr const char* kGoodAlias = "{model: synth, send: {filter: /f, pitch: /p}, to: \"127.0.0.1:7771\"}";

TEST(Config, AnEmptyFileIsAllDefaultsAndNoModels) {
  for (const char* text : {"", "\n", "# nothing\n", "---\n", "{}"}) {
    const auto empty = config(text);
    EXPECT_THAT(empty.listen, ElementsAre(Endpoint{"", 7770})) << text;
    EXPECT_EQ(empty.lease, 30s);
    EXPECT_TRUE(empty.models.empty() && empty.aliases.empty() && empty.allow.empty());
  }
}

TEST(Config, EveryPlainKeyArrives) {
  const auto all = config(R"(
listen: [7770, "[::1]:8001"]
allow: [192.168.1.0/24]
known: [192.168.1.20]
reply_port: 7771
lease_seconds: 60
allow_quit: true
workers: 3
limits: {clients: 1, sessions: 2, queue: 3, mtu: 512, tcp_frame: 65536, tcp_connections: 4, load_wait_ms: 5, inline_budget_us: 0,
         queue_ms: 6, tcp_frame_seconds: 7}
log: {level: debug, json: true, file: oscine.log}
)");
  EXPECT_EQ(all.file, "/etc/oscine/a.yaml");
  EXPECT_THAT(all.listen, ElementsAre(Endpoint{"", 7770}, Endpoint{"::1", 8001}));
  EXPECT_EQ(all.allow.at(0).text, "192.168.1.0/24");
  EXPECT_EQ(all.known.at(0).text, "192.168.1.20");
  EXPECT_EQ(all.reply_port, 7771);
  EXPECT_EQ(all.lease, 60s);
  EXPECT_TRUE(all.allow_quit);
  EXPECT_EQ(all.workers, 3);
  EXPECT_EQ(all.limits.clients, 1);
  EXPECT_EQ(all.limits.sessions, 2);
  EXPECT_EQ(all.limits.queue, 3);
  EXPECT_EQ(all.limits.mtu, 512);
  EXPECT_EQ(all.limits.tcp_frame, 65536);
  EXPECT_EQ(all.limits.tcp_connections, 4);
  EXPECT_EQ(all.limits.load_wait, 5ms);
  EXPECT_EQ(all.limits.queue_wait, 6ms);
  EXPECT_EQ(all.limits.tcp_frame_wait, 7s);
  EXPECT_EQ(all.limits.inline_budget, 0us);
  EXPECT_EQ(all.log.level, "debug");
  EXPECT_TRUE(all.log.json);
  EXPECT_EQ(all.log.file, "/etc/oscine/oscine.log");
}

TEST(Config, AnUnknownKeyGetsTheNearest) {
  EXPECT_EQ(refusal("\nmodells: x\n", "config/default.yaml"),
            "config/default.yaml:2: unknown key 'modells'; did you mean 'models'?");
  EXPECT_EQ(refusal("limits: {que: 3}\n"), "a.yaml:1: unknown key 'que' in limits; did you mean 'queue'?");
  EXPECT_THAT(refusal("log: {colour: 3}\n"), HasSubstr("unknown key 'colour' in log; there are: level, json, file"));
}

struct Wrong {
  const char* line;
  const char* says;
  friend std::ostream& operator<<(std::ostream& out, const Wrong& wrong) { return out << wrong.line; }
};
class WrongConfig : public ::testing::TestWithParam<Wrong> {};
TEST_P(WrongConfig, IsRefusedWithLineKeyAndExpectation) {
  const std::string said = refusal(std::string("# a comment\n") + GetParam().line + "\n");
  EXPECT_THAT(said, StartsWith("a.yaml:2: ")) << GetParam().line;
  EXPECT_THAT(said, HasSubstr(GetParam().says)) << GetParam().line;
}
INSTANTIATE_TEST_SUITE_P(
    Lines, WrongConfig,
    ::testing::Values(
        Wrong{"lease_seconds: 0", "lease_seconds is '0'; a whole number from 1 to 3600 (seconds) is expected"},
        Wrong{"lease_seconds: 3601", "from 1 to 3600"}, Wrong{"lease_seconds: soon", "lease_seconds is 'soon'"},
        Wrong{"lease_seconds: 30.0", "lease_seconds is '30.0'"}, Wrong{"lease_seconds: 3e1", "is '3e1'"},
        Wrong{"lease_seconds: \"30\"", "is the text '30' in quotes"}, Wrong{"lease_seconds: 030", "is '030'"},
        Wrong{"lease_seconds: 0x1e", "is '0x1e'"}, Wrong{"lease_seconds: 1_0", "is '1_0'"},
        Wrong{"lease_seconds: [30]", "is a list"}, Wrong{"lease_seconds: {a: 1}", "is a map"},
        Wrong{"lease_seconds:", "lease_seconds is empty"}, Wrong{"lease_seconds: true", "is 'true'"},
        Wrong{"workers: 65", "workers is '65'; a whole number from 0 to 64 (threads)"},
        Wrong{"workers: -1", "workers is '-1'"}, Wrong{"workers: 99999999999999999999999", "from 0 to 64"},
        Wrong{"reply_port: 65536", "reply_port is '65536'; a whole number from 0 to 65535 (port)"},
        Wrong{"allow_quit: yes", "allow_quit is 'yes'; true or false is expected"},
        Wrong{"allow_quit: \"true\"", "in quotes"}, Wrong{"allow_quit: 1", "is '1'"},
        Wrong{"allow_quit: True", "is 'True'"}, Wrong{"limits: 3", "limits is '3'; a map of keys is expected"},
        Wrong{"limits: {mtu: 9000}", "limits.mtu is '9000'"},
        Wrong{"log: {level: loud}", "log.level is 'loud'; one of: trace debug info warn error off"},
        Wrong{"listen: 7770.5", "listen: '7770.5' names no port"}, Wrong{"listen: 65536", "a port from 0 to 65535"},
        Wrong{"listen: []", "listen is an empty list"}, Wrong{"listen: {a: 1}", "listen is a map"},
        Wrong{"listen:", "listen is empty"}, Wrong{"listen: [7770, [1]]", "listen[1] is a list"},
        Wrong{"listen: [7770, 7770]", "'7770' is covered by an earlier entry"},
        Wrong{"listen: [7770, \"127.0.0.1:7770\"]", "is covered by an earlier entry"},
        Wrong{"allow: [10.0.0.1/8]", "did you mean '10.0.0.0/8'?"}, Wrong{"allow: [everyone]", "no address range"},
        Wrong{"allow: {a: b}", "allow is a map"}, Wrong{"known: [me]", "known: "},
        Wrong{"reply_port: 7770", "reply_port is '7770', a port of listen"},
        Wrong{"model_folders: [zoo, {}]", "model_folders[1] is a map; a text or a list of texts is expected"},
        Wrong{"models: /no/such/folder", "there is no folder, card or model file '/no/such/folder'"},
        Wrong{"models: [[a]]", "models holds a list"}, Wrong{"models: {Synth: a}", "a name in models is 'Synth'"},
        Wrong{"models: {a: [b]}", "models.a is a list; the path of a card"},
        Wrong{"models: {a: none.yaml}", "models.a: there is no card 'none.yaml'"},
        Wrong{"models: {a: {card: none.yaml}}", "models.a: there is no card 'none.yaml'"},
        Wrong{"models: {a: {crad: b}}", "unknown key 'crad' in models.a; did you mean 'card'?"},
        Wrong{"models: {a: {trusted: true}}", "models.a.card is missing"},
        Wrong{"models: {a: {card: 1, trusted: true}}", "models.a.kind is missing"},
        Wrong{"models: {a: {file: m.pt, isolate: true}}", "models.a.kind is missing"},
        Wrong{"models: {a: }", "models.a is empty"}, Wrong{"aliases: [a]", "aliases is a list"},
        Wrong{"&a listen: 7770", "anchors"}, Wrong{"listen: *a", "YAML"}, Wrong{"listen: !!int 7770", "tag"},
        Wrong{"? [a]\n: b", "where a key is expected"}, Wrong{": b", "a key is empty"}));

TEST(Config, AnythingOutsideLoopbackNeedsAllow) {
  for (const char* listen : {"\"0.0.0.0:7770\"", "\"192.168.1.2:7770\"", "[7770, \"[::]:8001\"]"}) {
    EXPECT_THAT(refusal(std::string("listen: ") + listen), HasSubstr("for example: allow: [192.168.1.0/24]")) << listen;
    EXPECT_EQ(refusal(std::string("listen: ") + listen + "\nallow: 10.0.0.5"), "accepted") << listen;
  }
  EXPECT_EQ(refusal("listen: [\"127.0.0.2:7770\", \"[::1]:7770\", \"localhost:7771\"]"), "accepted");
}

TEST(Config, MetricsAreServedWhereAPortIsNamedAndOnThisMachineOnly) {
  EXPECT_FALSE(config("").metrics.listen);
  EXPECT_FALSE(config("metrics: {listen: \"\"}").metrics.listen);
  EXPECT_EQ(config("metrics: {listen: 9770}").metrics.listen, (Endpoint{"", 9770}));
  EXPECT_EQ(config("metrics: {listen: \"[::1]:9770\"}").metrics.listen, (Endpoint{"::1", 9770}));
  EXPECT_THAT(refusal("metrics: {listen: \"0.0.0.0:9770\"}"), HasSubstr("from outside this machine"));
  EXPECT_THAT(refusal("metrics: {listen: 7770}"), HasSubstr("a port of listen; choose another"));
  EXPECT_THAT(refusal("metrics: {listen: x}"), HasSubstr("metrics.listen"));
}

TEST(Config, DoubledKeysAreRefusedWhereTheSecondStands) {
  EXPECT_EQ(refusal("workers: 1\nlisten: 7770\nworkers: 2\n"), "a.yaml:3: the key 'workers' stands here a second time");
  EXPECT_THAT(refusal("limits:\n  mtu: 600\n  mtu: 600\n"), StartsWith("a.yaml:3: "));
}

TEST(Config, WhatIsNotYamlIsOneSentenceWithALine) {
  for (const char* text :
       {"listen: [7770", "a: b: c", "\tlisten: 1", "listen: \"7770", "- a\nb: c", "{a: b", "]", "%YAML 9.9\n---\na"}) {
    EXPECT_THAT(refusal(text), ::testing::MatchesRegex("a.yaml:[0-9]+: .+")) << text;
  }
  EXPECT_THAT(refusal("a: [1"), HasSubstr("this is not YAML: "));
  EXPECT_EQ(refusal("[1, 2]"), "a.yaml:1: the configuration is a list; a map of keys is expected");
  EXPECT_THAT(refusal("workers: 1\n---\nworkers: 2\n"), HasSubstr("a second document"));
}

TEST(Config, ASentenceIsOneLineAndShortWhateverTheFileHolds) {
  const std::string longest(5000, 'x');
  const std::vector<std::string> texts = {"models: |\n  fol\n  at\n",
                                          "models: " + longest,
                                          "model_folders: [\"a\\nb\"]",
                                          longest + ": 1",
                                          "aliases: {/" + longest + ": {model: 1}}",
                                          "models: {" + longest + ": 1}",
                                          "workers: \"" + longest + "\"",
                                          "aliases: {\"/a\\nb\": {}}"};
  for (const std::string& text : texts) {
    EXPECT_LE(refusal(text).size(), 1200u) << text.substr(0, 40);  // refusal() looks for line ends
  }
}

TEST(Config, AFolderOfModelsServesEveryCardInIt) {
  const support::Folder folder;
  folder.write("zoo/b/card.yaml", card_text("b"));
  folder.write("zoo/a.yaml", card_text("a"));
  folder.write("zoo/b/notes.txt", "x");
  folder.write("zoo/c/d/card.yaml", "too deep to be seen");
  folder.write("zoo/weights.pt", "x");
  const auto served = config("models: zoo\n", folder.path() / "oscine.yaml").models;
  ASSERT_EQ(served.size(), 2u);
  EXPECT_EQ(served[0].card.name, "a");
  EXPECT_EQ(served[1].card.name, "b");
  EXPECT_EQ(served[1].card_file, folder.path() / "zoo/b/card.yaml");
  EXPECT_EQ(served[1].card.file, folder.path() / "zoo/b/none.ts");
  EXPECT_FALSE(served[0].trusted);
}

TEST(Config, ModelFilesNeedNoCardAndTakeTheOneBesideThem) {
  const support::Folder folder;
  folder.write("zoo/Guitar Loops_b2048.ts", "x");
  folder.write("zoo/chorus.nm", "x");
  folder.write("zoo/named.ts", "x");
  folder.write("zoo/other.yaml", "card: 1\nname: mine\nkind: stream\nfile: named.ts\nblock: 4096\n");
  const auto served = config("models: zoo\n", folder.path() / "oscine.yaml").models;
  ASSERT_EQ(served.size(), 3u);
  EXPECT_EQ(served[0].card.name, "mine");
  EXPECT_EQ(served[0].card.stream.block, 4096);
  EXPECT_EQ(served[1].card.name, "guitar-loops_b2048");
  EXPECT_EQ(served[1].card.kind, "stream");
  EXPECT_EQ(served[1].card.file, folder.path() / "zoo/Guitar Loops_b2048.ts");
  EXPECT_EQ(served[2].card.name, "chorus");
  const auto one = config("models: {voice: zoo/chorus.nm}\n", folder.path() / "oscine.yaml").models;
  ASSERT_EQ(one.size(), 1u);
  EXPECT_EQ(one[0].card.name, "voice");
}

TEST(Config, AListTakesFoldersAndCards) {
  const support::Folder folder;
  folder.write("zoo/b/card.yaml", card_text("b"));
  folder.write("extra.yaml", card_text("e"));
  const auto served = config("models: [extra.yaml, ./zoo/]\n", folder.path() / "oscine.yaml").models;
  ASSERT_EQ(served.size(), 2u);
  EXPECT_EQ(served[0].card.name, "e");
  EXPECT_EQ(served[1].card.name, "b");
}

TEST(Config, AMapNamesItsModels) {
  const support::Folder folder;
  folder.write("card.yaml", card_text("from-card"));
  const auto served = config(
                          "models:\n  one: card.yaml\n  two: {card: card.yaml, trusted: true}\n"
                          "  three: {card: 1, kind: params, engine: fake, inputs: 1, outputs: 1, trusted: true}\n"
                          "  four: {kind: params, file: m.ts, name: other, inputs: 1, outputs: 1}\n",
                          folder.path() / "oscine.yaml")
                          .models;
  ASSERT_EQ(served.size(), 4u);
  EXPECT_EQ(served[0].card.name, "one");
  EXPECT_FALSE(served[0].trusted);
  EXPECT_EQ(served[1].card.name, "two");
  EXPECT_TRUE(served[1].trusted);
  EXPECT_EQ(served[2].card.name, "three");
  EXPECT_TRUE(served[2].trusted);
  EXPECT_TRUE(served[2].card_file.empty());
  EXPECT_EQ(served[3].card.name, "four");
  EXPECT_EQ(served[3].card.file, folder.path() / "m.ts");
}

TEST(Config, AModelFileNamedInAMapNeedsNoKind) {
  const support::Folder folder;
  const auto served =
      config("models:\n  fx: {file: m.ts, isolate: true, block: 2048}\n", folder.path() / "oscine.yaml").models;
  ASSERT_EQ(served.size(), 1u);
  EXPECT_EQ(served[0].card.name, "fx");
  EXPECT_EQ(served[0].card.kind, "stream");
  EXPECT_EQ(served[0].card.file, folder.path() / "m.ts");
  EXPECT_TRUE(served[0].card.isolate);
}

TEST(Config, TwoModelsOfOneNameAreRefusedAndBothAreNamed) {
  const support::Folder folder;
  folder.write("one.yaml", card_text("same"));
  folder.write("two.yaml", card_text("same"));
  const auto said = refusal("models: [one.yaml, two.yaml]\n", folder.path() / "a.yaml");
  EXPECT_THAT(said, HasSubstr("'same' comes a second time"));
  EXPECT_THAT(said, HasSubstr("one.yaml"));
  EXPECT_THAT(said, HasSubstr("two.yaml"));
}

TEST(Config, ACardThatCannotBeReadIsAnErrorThatNamesTheCardAndItsLine) {
  const support::Folder folder;
  folder.write("zoo/bad/card.yaml", "card: 1\nname: bad\nkinds: x\n");
  EXPECT_THAT(refusal("models: zoo\n", folder.path() / "a.yaml"),
              EndsWith("zoo/bad/card.yaml:3: unknown key 'kinds'; did you mean 'kind'?"));
}

TEST(Config, AWrongInlineCardNamesLineAndPath) {
  EXPECT_THAT(refusal("models:\n  a:\n    kind: params\n    engine: fake\n    inputs: 0\n    outputs: 1\n"),
              StartsWith("a.yaml:5: models.a.inputs is '0'"));
}

TEST(Config, AFolderWithoutCardsIsRefused) {
  const support::Folder folder;
  folder.write("zoo/model.pt", "x");
  EXPECT_THAT(refusal("models: zoo\n", folder.path() / "a.yaml"), HasSubstr("the folder 'zoo' holds no card"));
}

TEST(Config, AModelFolderThatIsNotThereDoesNotStopTheStart) {
  EXPECT_THAT(config("model_folders: /no/such/folder\n").model_folders, ElementsAre("/no/such/folder"));
}

TEST(Config, ModelFoldersAreRelativeToTheFile) {
  const support::Folder folder;
  folder.write("zoo/x", "");
  EXPECT_THAT(config("model_folders: [zoo, .]\n", folder.path() / "a.yaml").model_folders,
              ElementsAre(folder.path() / "zoo", folder.path()));
  EXPECT_THAT(config("model_folders: zoo\n", folder.path() / "a.yaml").model_folders,
              ElementsAre(folder.path() / "zoo"));
}

TEST(Alias, KeepsItsOutputsInTheOrderWritten) {
  const auto aliases = config(aliased(kGoodAlias)).aliases;
  ASSERT_EQ(aliases.size(), 1u);
  EXPECT_EQ(aliases[0].address, "/synth/update");
  EXPECT_FALSE(aliases[0].port);
  EXPECT_EQ(aliases[0].model, "synth");
  EXPECT_EQ(aliases[0].method, "");
  EXPECT_THAT(aliases[0].send, ElementsAre(std::pair<std::string, std::string>("filter", "/f"),
                                           std::pair<std::string, std::string>("pitch", "/p")));
  EXPECT_EQ(aliases[0].to.host, "127.0.0.1");
  EXPECT_EQ(aliases[0].to.port, 7771);
}

TEST(Alias, MayListenOnOnePortAndAnswerTheSender) {
  const auto aliases = config(aliased("{model: synth, method: other, send: {gain: /g}, to: \"sender:8000\"}",
                                      "/a/b@8001", "listen: [7770, 8001]"))
                           .aliases;
  ASSERT_EQ(aliases.size(), 1u);
  EXPECT_EQ(aliases[0].address, "/a/b");
  EXPECT_EQ(aliases[0].port, 8001);
  EXPECT_EQ(aliases[0].method, "other");
  EXPECT_TRUE(aliases[0].to.to_sender);
  EXPECT_EQ(aliases[0].to.port, 8000);
}

TEST(Alias, OfOneAddressMayStandOnceForAllPortsAndOnceForOne) {
  const auto both = config(aliased(kGoodAlias, "/a", std::string("  /a@7770: ") + kGoodAlias + "\n")).aliases;
  EXPECT_EQ(both.size(), 2u);
}

class WrongAlias : public ::testing::TestWithParam<Wrong> {};
TEST_P(WrongAlias, IsRefusedWithLineAndReason) {
  const std::string said = refusal(aliased(GetParam().line));
  EXPECT_THAT(said, StartsWith("a.yaml:9: ")) << GetParam().line;
  EXPECT_THAT(said, HasSubstr(GetParam().says)) << GetParam().line;
}
INSTANTIATE_TEST_SUITE_P(
    Bodies, WrongAlias,
    ::testing::Values(
        Wrong{"{model: sinth, send: {pitch: /p}, to: \"7771\"}",
              "is 'sinth', which is no model of models; did you mean 'synth'?"},
        Wrong{"{send: {pitch: /p}, to: \"7771\"}", "aliases./synth/update.model is missing"},
        Wrong{"{model: synth, to: \"7771\"}", "send is missing"},
        Wrong{"{model: synth, send: {pitch: /p}}", "to is missing"},
        Wrong{"{model: synth, send: /p, to: \"7771\"}", "send is '/p'; a map from output to address is expected"},
        Wrong{"{model: synth, send: {}, to: \"7771\"}", "send is a map"},
        Wrong{"{model: synth, send: {pich: /p}, to: \"7771\"}", "'synth' has no output 'pich'; did you mean 'pitch'?"},
        Wrong{"{model: synth, method: othr, send: {gain: /p}, to: \"7771\"}",
              "no method of 'synth'; did you mean 'other'?"},
        Wrong{"{model: synth, method: other, send: {pitch: /p}, to: \"7771\"}", "has no output 'pitch'"},
        Wrong{"{model: synth, send: {pitch: p}, to: \"7771\"}",
              "send.pitch 'p' is no address for an alias: it has to begin with '/'"},
        Wrong{"{model: synth, send: {pitch: /p*}, to: \"7771\"}", "'*' belongs to patterns"},
        Wrong{"{model: synth, send: {pitch: /oscine/v1/x}, to: \"7771\"}", "/oscine/ is the daemon's own"},
        Wrong{"{model: synth, send: {pitch: [/p]}, to: \"7771\"}", "send.pitch is a list"},
        Wrong{"{model: synth, send: {pitch: /p}, to: \"127.0.0.1\"}", "names no port"},
        Wrong{"{model: synth, send: {pitch: /p}, to: \"10.0.0.5:7771\"}",
              "outside this machine; add '10.0.0.5' to allow"},
        Wrong{"{model: synth, send: {pitch: /p}, to: \"127.0.0.1:7770\"}", "a port of listen; choose another"},
        Wrong{"{model: synth, send: {pitch: /p}, to: \"sender:7770\"}", "a port of listen; choose another"},
        Wrong{"{model: synth, send: {pitch: /p}, from: 1, to: \"7771\"}",
              "unknown key 'from' in aliases./synth/update"},
        Wrong{"", "aliases./synth/update.model is missing"}, Wrong{"synth", "is 'synth'; a map of keys is expected"}));

TEST(Alias, AddressesHaveNoPatternsSpacesOrEmptyParts) {
  for (const char* key : {"synth", "/", "//a", "/a//b", "/a/", "/a b", "\"/a*\"", "\"/a?\"", "\"/a[1]\"", "\"/{a,b}\"",
                          "\"/a#\"", "/a,b", "/ä", "/oscine", "/oscine/v1/hello", "\"\"", "\"@7770\""}) {
    EXPECT_THAT(refusal(aliased(kGoodAlias, key)), HasSubstr("is no address for an alias")) << key;
  }
  EXPECT_THAT(refusal(aliased(kGoodAlias, "/" + std::string(255, 'a'))), HasSubstr("longer than 255 bytes"));
  EXPECT_EQ(refusal(aliased(kGoodAlias, "/oscines/a")), "accepted");
}

TEST(Alias, ItsPortIsOneThatTheDaemonListensOn) {
  for (const char* key : {"/a@8001", "/a@0", "/a@", "/a@07770", "/a@x", "/a@7770.5"}) {
    EXPECT_THAT(refusal(aliased(kGoodAlias, key)), HasSubstr("names a port that listen does not; there are: 7770"))
        << key;
  }
}

TEST(Alias, AnswersOutsideLoopbackGoOnlyToWhatIsAllowed) {
  const char* body = "{model: synth, send: {pitch: /p}, to: \"10.0.0.5:7771\"}";
  EXPECT_EQ(refusal(aliased(body, "/a", "allow: 10.0.0.0/8\n")), "accepted");
  EXPECT_THAT(refusal(aliased(body, "/a", "allow: 10.1.0.0/16\n")), HasSubstr("add '10.0.0.5' to allow"));
}

TEST(HostileText, IsRefusedBeforeTheParserSeesIt) {
  EXPECT_THAT(refusal(std::string((1 << 20) + 1, '#')), HasSubstr("larger than 1048576 bytes"));
  EXPECT_EQ(refusal(std::string(1 << 20, '#')), "accepted");
  EXPECT_THAT(refusal("a\nname: \xe9t\xe9\n"), StartsWith("a.yaml:2: this is not UTF-8"));
  for (const char* bad : {"\xc0\x80", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\xff\xfe", "\xf0\x80\x80\x80"}) {
    EXPECT_THAT(refusal(bad), HasSubstr("not UTF-8")) << bad;
  }
  EXPECT_THAT(refusal(std::string("a: b\0c", 6)), HasSubstr("control character (byte 0)"));
  EXPECT_THAT(refusal("log: {file: \"a\\0b\"}"), HasSubstr("a control character in the text 'a?b'"));
}

std::string repeat(const std::string& piece, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += piece;
  return text;
}

TEST(HostileText, NestingIsOneSentenceHoweverDeepAndHoweverWritten) {
  EXPECT_THAT(refusal("a: " + repeat("[", 40) + repeat("]", 40)), HasSubstr("nested more than 32 deep"));
  for (const char* piece :
       {"[", "{", "- ", "? ", "[[]", "{a: ", "{? ", "[? ", "a: [", "!a [", "[ &b ", "- - ? ", "[a: "}) {
    const auto said = refusal(repeat(piece, 100000 / std::string(piece).size()));
    EXPECT_THAT(said, ::testing::MatchesRegex("a.yaml:[0-9]+: .+")) << piece;
  }
  std::string steps;
  for (std::size_t depth = 0; depth < 1000; ++depth) steps += std::string(depth, ' ') + "a:\n";
  EXPECT_THAT(refusal(steps), HasSubstr("nested more than 32 deep"));
}

TEST(HostileText, AliasBombsAndManyValuesAreRefused) {
  EXPECT_THAT(refusal("a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n"), HasSubstr("anchors"));
  EXPECT_THAT(refusal("labels: [" + repeat("a,", 200000) + "]"), HasSubstr("more values than a file may hold"));
  EXPECT_THAT(refusal(repeat("- a\n", 70000)), HasSubstr("more than 65536 values"));
}

TEST(Config, OfOursAreReadAsTheyStand) {
  const std::string folder = std::string(OSCINE_SOURCE_DIR) + "/config/";
  const auto plain = read_config(folder + "default.yaml");
  ASSERT_TRUE(plain) << plain.error().message;
  EXPECT_THAT(plain->listen, ElementsAre(Endpoint{"", 7770}));
  EXPECT_EQ(plain->reply_port, 7771);
  ASSERT_EQ(plain->models.size(), 1u);
  EXPECT_TRUE(plain->models[0].trusted);
  ASSERT_EQ(plain->aliases.size(), 1u);
  EXPECT_EQ(plain->aliases[0].to.port, 7771);
}

TEST(Config, OfTheCourseAnswersOnItsPrintedPortsAndOnOurs) {
  const auto course = read_config(std::string(OSCINE_SOURCE_DIR) + "/config/course.yaml");
  ASSERT_TRUE(course) << course.error().message;
  EXPECT_THAT(course->listen, ElementsAre(Endpoint{"", 7770}, Endpoint{"", 8001}));
  ASSERT_EQ(course->aliases.size(), 2u);
  EXPECT_EQ(course->aliases[0].port, 8001);
  EXPECT_TRUE(course->aliases[0].to.to_sender);
  EXPECT_EQ(course->aliases[0].to.port, 8000);
  EXPECT_FALSE(course->aliases[1].port);
}

}  // namespace
}  // namespace server
