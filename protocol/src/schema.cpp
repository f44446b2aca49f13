#include "protocol/schema.hpp"

#include <deque>
#include <string>
#include <unordered_map>

namespace protocol {
namespace {

using enum Role;

constexpr double kAny = base::kWireMax;  // an integer without a range of its own: what a float32 host reads exactly
constexpr bool kServed = true;
constexpr std::string_view kUnits = "samples or ticks";

Parameter i(std::string_view name, std::string_view unit = "", double min = -kAny, double max = kAny) {
  return {.name = name, .type = 'i', .unit = unit, .min = min, .max = max};
}
Parameter count(std::string_view name, std::string_view unit = "") { return i(name, unit, 0, kAny); }
Parameter flag(std::string_view name) { return i(name, "", 0, 1); }
Parameter f(std::string_view name, std::string_view unit = "") { return {.name = name, .type = 'f', .unit = unit}; }
Parameter f(std::string_view name, std::string_view unit, double min, double max) {
  return {.name = name, .type = 'f', .unit = unit, .min = min, .max = max};
}
Parameter s(std::string_view name, std::string_view unit = "") { return {.name = name, .type = 's', .unit = unit}; }
Parameter b(std::string_view name) { return {.name = name, .type = 'b'}; }
Parameter optional(Parameter parameter) {
  parameter.optional = true;
  return parameter;
}
Parameter many(std::string_view name, char type) { return {.name = name, .type = type, .repeats = true}; }

Parameter id() { return i("id"); }
Parameter hi() { return i("hi", "position"); }
Parameter lo() { return i("lo", "position", 0, 65535); }
Parameter seq(std::string_view name) { return i(name, "", 0, kAny - 1); }
Parameter rate() { return f("unitsPerSecond", "units/s", 0.001, 768000); }

using Table = std::vector<Entry>;
using Parameters = std::vector<Parameter>;

void operator+=(Table& table, Entry entry) { table.push_back(std::move(entry)); }

Entry row(Role role, std::string_view address, Parameters&& parameters, std::string_view meaning, bool served) {
  return {address, role, std::move(parameters), "1.0", served, false, meaning};
}
/// A request that only reads: a repeat simply runs again.
Entry request(std::string_view address, Parameters parameters, std::string_view meaning, bool served = kServed) {
  return row(kRequest, address, std::move(parameters), meaning, served);
}
/// A request that changes something: a repeat gets the kept answer.
Entry change(std::string_view address, Parameters parameters, std::string_view meaning, bool served = kServed) {
  auto entry = row(kRequest, address, std::move(parameters), meaning, served);
  entry.changes = true;
  return entry;
}
Entry stream(std::string_view address, Parameters parameters, std::string_view meaning, bool served = kServed) {
  return row(kStream, address, std::move(parameters), meaning, served);
}
Entry answer(std::string_view address, Parameters parameters, std::string_view meaning, bool served = kServed) {
  return row(kAnswer, address, std::move(parameters), meaning, served);
}
Entry push(std::string_view address, Parameters parameters, std::string_view meaning, bool served = kServed) {
  return row(kPush, address, std::move(parameters), meaning, served);
}

void clients(Table& t) {
  t += request("/hello", {id(), i("replyPort", "port", 0, 65535), s("name"), optional(i("key"))},
               "makes or finds the client");
  t += answer("/hello.reply",
              {id(), i("client"), i("boot"), count("minor"), s("version"), count("leaseSeconds", "s"), i("key")},
              "who you are here, and what is spoken");
  t += change("/attach", {id(), i("client"), i("key"), optional(flag("events"))},
              "this port or connection joins a client");
  t += change("/bye", {id()}, "ends the client and its sessions");
  t += request("/sync", {id()}, "answered after everything earlier of this client");
  t += request("/ping", {id(), hi(), lo()}, "measures the way there and back");
  t += answer("/pong", {id(), hi(), lo(), count("sec", "s"), i("usec", "us", 0, 999999)},
              "the position as it came, and the time since boot");
  t += push("/restarted", {i("boot")}, "the serving process is new: open again");
  t += request("/status", {id()}, "asks how the daemon is doing");
  t += answer("/status.reply",
              {id(), count("uptime", "s"), count("models"), count("sessions"), count("queued"), f("cpu", "%"),
               f("p50", "ms"), f("p99", "ms"), count("late"), count("refused"), optional(count("restarts")),
               optional(count("withheld")), optional(count("falls"))},
              "how the daemon is doing");
  t += change("/subscribe", {id(), s("topic", "status, log, model.state or event"), flag("on")},
              "asks for, or ends, pushes on a topic");
  t += push("/log", {s("level"), s("text")}, "a line of the log");
  t += push("/model.state", {s("model"), s("state"), s("text")}, "a model began to load, serves, failed or is gone");
}

void models(Table& t) {
  t += request("/models", {id()}, "lists the models");
  t += answer("/model.item",
              {id(), count("n"), count("of"), s("name"), s("kind"), s("state"), f("modelRate", "Hz"),
               optional(flag("isolated")), optional(count("falls"))},
              "one model of the list");
  t += request("/model/info", {id(), s("model")}, "asks for all about one model");
  t += answer("/model.about",
              {id(), s("name"), s("kind"), s("state"), s("engine"), s("about"), s("licence"), f("modelRate", "Hz"),
               i("latency", "samples at modelRate"), flag("stateful")},
              "the model itself");
  t += answer("/model.method",
              {id(), count("n"), count("of"), s("name"), count("inCh"), count("inRatio"), count("outCh"),
               count("outRatio"), count("block", "frames"), f("p50", "ms"), f("p95", "ms")},
              "one method, with what was measured");
  t += answer("/model.attribute", {id(), count("n"), count("of"), s("name"), s("types"), f("min"), f("max")},
              "one attribute, with its range");
  t += request("/labels", {id(), s("model"), count("from"), count("count")},
               "asks for label names; count 0: all from there on");
  t += answer("/model.label", {id(), count("n"), count("of"), s("text")}, "one label name");
  t += change("/load", {id(), s("model"), optional(s("path", "under a model folder"))},
              "loads a model beside what runs");
  t += change("/unload", {id(), s("model")}, "lets a model go");
  t += change("/reload", {id(), s("model")}, "loads the file anew, then swaps");
}

void sessions(Table& t) {
  t += change("/open",
              {id(), s("model"), s("method", "default or empty: the first"), rate(), s("unit", kUnits),
               optional(i("ticksPerBeat", "ticks", 1, 65535))},
              "opens a session");
  t += answer("/opened",
              {id(), i("session"), i("latency", kUnits), count("inCh"), count("inRatio"), count("outCh"),
               count("outRatio"), f("modelRate", "Hz"), optional(count("lookahead", kUnits))},
              "the session, its constant latency, and the least lookahead for its answers");
  t += change("/close", {id(), i("session")}, "ends the session");
  t += change("/reset", {id(), i("session")}, "the model forgets what it heard");
  t += change("/enable", {id(), i("session"), flag("on")}, "lets the session rest, or work again");
  t += change("/method", {id(), i("session"), s("method")}, "another method from now on");
  t += change("/expire", {id(), i("session"), i("ms", "ms", 0, 60000)}, "work older than that is dropped; 0: never");
  t += change("/lookahead", {id(), i("session"), i("ms", "ms", 0, 60000)},
              "how far after its position an answer sounds");
  t += change("/horizon", {id(), i("session"), i("ms", "ms", 0, 60000)},
              "how far ahead of the playhead events are planned");
  t += change("/reorder", {id(), i("session"), i("ms", "ms", 0, 60000)},
              "how long a missing input message is waited for");
  t +=
      change("/policy", {id(), i("session"), s("policy", "drop, now or shift")}, "what the host does with late events");
  t += change("/mtu", {id(), i("session"), i("bytes", "bytes", 512, 8192)},
              "largest UDP message; session 0: all of this client");
  t += change("/format", {id(), i("session"), s("format", "floats, f32le or s16le")}, "how stream output comes back");
}

void values(Table& t) {
  t += change("/set", {id(), i("session"), s("attribute"), many("values", 'v')},
              "sets an attribute from the next block on");
  t += change("/set/at", {id(), i("session"), hi(), lo(), s("attribute"), many("values", 'v')},
              "sets an attribute from that position on");
  t += request("/get", {id(), i("session"), s("attribute")}, "asks for an attribute");
  t += answer("/value", {id(), i("session"), s("attribute"), many("values", 'v')}, "an attribute's values");
  t += change("/buffer", {id(), i("session"), s("name"), s("path", "under an allowed folder")},
              "fills a buffer attribute from a sound file");
  t += change("/buffer/data", {id(), i("session"), s("name"), count("offset", "samples"), many("data", 'a')},
              "fills a piece of a buffer: floats, or one blob of f32le");
  t += change("/buffer/clear", {id(), i("session"), s("name")}, "empties a buffer attribute");
  t += change("/ask", {id(), s("model"), many("values", 'f')}, "one call without a session");
  t += change("/run", {id(), i("session"), hi(), lo(), many("values", 'f')},
              "one call of the session's method: whole frames, interleaved");
  t += answer("/result", {id(), i("session"), hi(), lo(), many("values", 'f')}, "what the method gave");
}

void streams(Table& t) {
  t += stream("/frames", {i("session"), seq("seq"), hi(), lo(), i("width", "", 1, 65535), many("values", 'f')},
              "frames as floats, interleaved; both ways");
  t += stream(
      "/audio",
      {i("session"), seq("seq"), hi(), lo(), i("channels", "", 1, 1024), s("format", "f32le or s16le"), b("data")},
      "audio as a blob, interleaved; both ways");
  t += push("/gap", {i("session"), seq("seqFrom"), seq("seqTo")}, "input that never came and was taken as silence");
  t += change(
      "/file",
      {id(), i("session"), s("path", "under an allowed folder"), optional(s("outPath", "under an allowed folder"))},
      "runs a sound file through the session");
  t += change("/note",
              {id(), i("session"), hi(), lo(), f("pitch", "MIDI note", 0, 127), f("velocity", "", 0, 127),
               i("duration", kUnits, -1, kAny)},
              "a note as seed or live input; duration -1: until velocity 0");
  t += change("/play", {id(), i("session"), hi(), lo(), count("generation")}, "generate from there");
  t += change("/stop", {id(), i("session"), hi(), lo(), count("generation")}, "stop there and cut");
  t += stream("/playhead", {i("session"), hi(), lo(), seq("seen"), rate()},
              "where the host is, what it has, how fast it goes");
  t += push("/event",
            {i("session"), seq("seq"), count("generation"), hi(), lo(), flag("when"), i("duration", kUnits), s("kind"),
             many("values", 'v')},
            "a label, pitch, param, note or hit on its position");
  t += request("/resend", {id(), i("session"), seq("seqFrom")}, "the kept events again");
  t += stream("/late", {i("session"), count("count"), count("worst", kUnits)}, "the host tells what came too late");
  t += push("/job", {id(), s("job"), s("state"), f("progress", "", 0, 1), s("text")}, "how long work goes on");
  t += change("/cancel", {id(), i("job")}, "ends long work, named by its id");
}

void ends(Table& t) {
  t += answer("/done", {id(), s("address"), optional(count("count"))}, "it is done");
  t += answer("/fail", {id(), s("address"), i("code", "", 400, 599), s("text")}, "it is not, and why");
  t += change("/quit", {id()}, "ends the daemon; from loopback only, where the configuration allows it");
}

Table table() {
  Table t;
  clients(t);
  models(t);
  sessions(t);
  values(t);
  streams(t);
  ends(t);
  return t;
}

/// The table by full address, with the texts that the views look into.
struct Index {
  Index() {
    for (const Entry& entry : schema()) {
      const auto& full = addresses.emplace_back(std::string(kPrefix) + std::string(entry.address));
      rows.emplace(full, &entry);
      if (entry.role == kRequest || entry.role == kStream) requests.push_back(full);
    }
  }
  std::deque<std::string> addresses;
  std::unordered_map<std::string_view, const Entry*> rows;
  std::vector<std::string_view> requests;
};

const Index& index() {
  static const Index kIndex;
  return kIndex;
}

}  // namespace

std::span<const Entry> schema() {
  static const Table kTable = table();
  return kTable;
}

const Entry* find(std::string_view full_address) {
  const auto& rows = index().rows;
  const auto found = rows.find(full_address);
  return found == rows.end() ? nullptr : found->second;
}

std::span<const std::string_view> requests() { return index().requests; }

}  // namespace protocol
