#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "models/card.hpp"

namespace server {

using Millis = std::chrono::milliseconds;

/// An address range in CIDR form: "192.168.1.0/24", "fe80::/10", or one address.
struct Range {
  std::array<std::uint8_t, 16> address{};  ///< IPv4 mapped into IPv6
  int bits = 128;
  std::string text;  ///< as written
};

/// One entry of `listen`: UDP and TCP on the same port.
struct Endpoint {
  std::string host;        ///< "" : loopback, IPv4 and IPv6 both; otherwise a numeric address
  std::uint16_t port = 0;  ///< 0: the system chooses; ask the daemon which (log line, --port-file)
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

/// Where an alias sends its answers.
struct Destination {
  bool to_sender = false;  ///< "sender:8000": the address that asked, at this port; otherwise host is fixed
  std::string host;        ///< numeric
  std::uint16_t port = 0;  ///< 0 with to_sender: the sending port
  friend bool operator==(const Destination&, const Destination&) = default;
};

/// An incoming address that a patch made for something else uses (docs/protocol.md, "Aliases").
struct Alias {
  std::string address;                ///< "/synth/update"
  std::optional<std::uint16_t> port;  ///< only on this listening port ("/synth/update@8001")
  std::string model;
  std::string method;                                     ///< empty: the model's default
  std::vector<std::pair<std::string, std::string>> send;  ///< output name → outgoing address, in this order
  Destination to;
};

/// What a control of a SynthDef is set to.
struct SynthControl {
  enum class Source { kConstant, kHz, kPitch, kVelocity, kAmp, kSeconds, kVoice };
  std::string name;
  Source source = Source::kConstant;
  float constant = 0;
  friend bool operator==(const SynthControl&, const SynthControl&) = default;
};

/// A melody that scsynth plays: the daemon sends it each note as a timed bundle (docs/supercollider.md).
struct SynthConfig {
  static constexpr std::string_view kVerbs[] = {"play", "set", "stop"};  ///< its messages: "/bells/play" …
  std::string address;                                                   ///< "/bells"
  std::string model;                                                     ///< of kind melody
  std::vector<std::pair<std::string, std::vector<models::Value>>> set;   ///< attributes, in this order
  Destination to;                                                        ///< of scsynth
  std::string synth;                                                     ///< a SynthDef that it has
  std::vector<SynthControl> controls{{"freq", SynthControl::Source::kHz}, {"amp", SynthControl::Source::kAmp}};
  std::string gate = "gate";  ///< the control that is 0 from a note's end on; empty: a synth ends by itself
  std::int32_t group = 0;     ///< where new synths are put: a node, and how
  int action = 0;             ///< of scsynth: 0 head, 1 tail, 2 before, 3 after
  Millis lookahead{200};      ///< a bundle leaves so long before it is due
  bool autoplay = false;      ///< it plays as soon as the daemon serves
  friend bool operator==(const SynthConfig&, const SynthConfig&) = default;
};

/// One served model.
struct ModelConfig {
  models::Card card;
  std::filesystem::path card_file;  ///< empty where the card was written into the configuration itself
  /// May answer on the network thread when it is small and idle: only for models that cannot hang or crash.
  bool trusted = false;
  friend bool operator==(const ModelConfig&, const ModelConfig&) = default;
};

/// Everything that a refusal depends on. A limit reached is answered, never silently cut.
struct LimitsConfig {
  int clients = 4096;       ///< at most; the next hello gets 429
  int sessions = 1024;      ///< over all clients; the next open gets 429
  int queue = 256;          ///< requests waiting for a worker; the next gets 429 at once
  int mtu = 1472;           ///< bytes of a UDP message that we send, until a client asks for another
  int tcp_frame = 4194304;  ///< bytes of one packet over TCP
  Millis queue_wait{100};   ///< a worker would be reached later than this: 429, but for a client's only open request
  int tcp_connections = 1024;
  std::chrono::seconds tcp_frame_wait{10};  ///< a frame takes longer to come, or the first never does: closed
  Millis input{5000};                       ///< sound of a session that waits for its model; then 429 (TCP: it waits)
  std::chrono::seconds longest_load{120};   ///< a load that takes longer is stopped
  Millis load_wait{2000};                   ///< how long work waits for its model to load; then 503
  std::chrono::microseconds linger{50};  ///< how long [net] looks again before it sleeps, under back-to-back questions
  std::chrono::microseconds keep_warm{1000};     ///< a small model is called so often between questions; 0: never
  std::chrono::microseconds inline_budget{300};  ///< a trusted model whose p99.9 is within this runs on [net]; 0: never
};

struct LogConfig {
  std::string level = "info";  ///< trace debug info warn error off
  bool json = false;
  std::filesystem::path file;  ///< empty: standard error
};

/// Figures for a monitoring system, by HTTP.
struct MetricsConfig {
  std::optional<Endpoint> listen;  ///< loopback only; empty: not served. Host "": 127.0.0.1
};

/// A whole configuration, checked.
struct Config {
  std::filesystem::path file;  ///< absolute; relative paths in it are relative to its folder
  std::string text;            ///< as it was read
  std::vector<Endpoint> listen{{"", 7770}};
  std::vector<Range> allow;      ///< senders outside loopback; must be set when something listens outside loopback
  std::vector<Range> known;      ///< of these: need not show that they hear us before much is sent to them
  std::uint16_t reply_port = 0;  ///< where a loopback sender that never said hello is answered; 0: its sending port
  std::chrono::seconds lease{30};
  bool allow_quit = false;                           ///< `/quit` from loopback ends the daemon
  int workers = 0;                                   ///< threads that run models; 0: one less than cores, at least one
  std::vector<std::filesystem::path> file_folders;   ///< where `/file` may read sound files
  std::vector<std::filesystem::path> model_folders;  ///< where `/load` may take a card or a file from
  std::string catalogue;  ///< the index of models that can be fetched: a URL or an absolute path; empty: none
  std::vector<ModelConfig> models;
  std::vector<Alias> aliases;
  std::vector<SynthConfig> synths;
  std::string priority = "auto";  ///< of the network thread: auto (as high as the system allows) or off
  std::string kernels = "auto";   ///< of ours, where they are quicker than the engine's own: auto or off
  bool watch_models = false;      ///< a served file that changes is loaded anew
  bool lock_memory = false;       ///< nothing of the serving process is swapped out
  LimitsConfig limits;
  LogConfig log;
  MetricsConfig metrics;
};

/// Reads and checks a configuration and the cards that it names. A model whose card cannot be read is an error here;
/// a model file that is missing is not (the daemon starts, and says so when asked for the model).
/// Fails: kMalformed, one sentence with file, line and, for an unknown key, the nearest valid one:
///   "config/default.yaml:12: unknown key 'modells'; did you mean 'models'?"
base::Result<Config> read_config(const std::filesystem::path& file);

/// The same from text; `file` names it in sentences and is where relative paths start. For tests and fuzzing.
base::Result<Config> parse_config(const std::string& text, const std::filesystem::path& file);

/// The cards and the model files that a configuration names.
std::vector<std::filesystem::path> files_of(const Config& config);

/// 1 to 64 of a-z 0-9 . _ -
bool is_model_name(const std::string& name);

/// Reads a model card (docs/cards.md). Fails like read_config.
base::Result<models::Card> read_card(const std::filesystem::path& file);
base::Result<models::Card> parse_card(const std::string& text, const std::filesystem::path& file);

/// A file that may be served without a card, by its ending: .ts, .nm, .torchscript.
bool is_model_file(const std::filesystem::path& path);
/// What such a file is called: its stem in small letters, '-' for what a name cannot hold.
std::string name_of_file(const std::filesystem::path& file);
/// Such a file as it is served: kind stream, everything else as the file says.
ModelConfig bare_model(const std::filesystem::path& file);

/// "7770", "127.0.0.1:7770", "[::1]:7770", "localhost:7770". Fails: kMalformed.
base::Result<Endpoint> parse_endpoint(const std::string& text);

}  // namespace server
