#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "server/config/config.hpp"

namespace server {

/// The commands of `oscine`. Each returns the exit code: 0 done, 1 it failed (one sentence on standard error), 2 wrong
/// use.

struct ServeOptions {
  std::filesystem::path config = "config/default.yaml";
  std::vector<std::string> listen;  ///< instead of the configuration's
  std::string log_level;            ///< empty: the configuration's
  bool log_json = false;
  std::filesystem::path port_file;  ///< the first port is written here once it is open
  std::vector<int> descriptors;     ///< bound sockets of the parent
  bool alone = false;               ///< serve in this process, with nobody to start it again
  std::vector<int> supervised;      ///< this is the serving process of a supervisor: line, board, handover
  std::filesystem::path record;     ///< everything that arrives and leaves is written here; empty: nowhere
  bool record_over = false;         ///< a file of that name is replaced
  bool record_again = false;        ///< … or left alone, and FILE.2, FILE.3 … written
};
int serve(const ServeOptions& options);

/// The part of serve() that stays: the supervisor's process. `arguments` are those of the serving process.
int supervise(const ServeOptions& options);
/// The configuration with what the options say instead. `text`: as it was handed over; empty: read from the file.
base::Result<Config> configuration(const ServeOptions& options, const std::string& text = {});
/// "oscine 0.1.0 (commit), configuration"
std::string start_text(const Config& config);
/// Writes the port where --port-file asks for it. Fails: kForbidden.
base::Status write_port(const ServeOptions& options, std::uint16_t port);

int check(const std::filesystem::path& config);
/// The file of a card is there and is the one that it was written for. @return a sentence about it. Fails: kUnknown,
/// kModelFailed, with the model's name.
base::Result<std::string> check_file(const models::Card& card);

struct DoctorOptions {
  std::filesystem::path config = "config/default.yaml";
  bool json = false;
};
int doctor(const DoctorOptions& options);

struct ModelsOptions {
  std::filesystem::path config = "config/default.yaml";
  bool json = false;
  bool available = false;  ///< those of the catalogue, not those of the configuration
};
int list_models(const ModelsOptions& options);

/// The part of list_models() that asks the catalogue.
int list_available(const ModelsOptions& options);

struct CatalogueOptions {
  std::vector<std::string> models;
  std::filesystem::path config = "config/default.yaml";
  bool force = false;  ///< also where a file of that name has other content
};
int fetch(const CatalogueOptions& options);
int remove(const CatalogueOptions& options);

struct InspectOptions {
  std::filesystem::path file;
  bool json = false;
};
int inspect(const InspectOptions& options);

/// Prints a card for a model file, to start from.
int write_card(const std::filesystem::path& file);

struct FileOptions {
  std::string model;  ///< a card, its folder, its model file, or the name of a model of `config`
  std::vector<std::filesystem::path> files;
  std::filesystem::path config = "config/default.yaml";
  std::string method;  ///< empty: the model's first
  std::optional<int> top;
  std::optional<float> threshold;
  std::vector<std::string> settings;  ///< "name=value", more values after commas
  bool json = false, csv = false;
};
int file(const FileOptions& options);

struct RenderOptions {
  std::filesystem::path in, out;
  std::string model;  ///< as FileOptions::model
  std::filesystem::path config = "config/default.yaml";
  std::string method;                                        ///< empty: the model's first
  std::vector<std::string> settings;                         ///< "name=value", more values after commas
  std::vector<std::pair<std::string, std::string>> changes;  ///< the same from a time on: "3.2s", "name=value"
  std::string kernels = "off";                               ///< as Config::kernels
};
int render(const RenderOptions& options);

struct ComposeOptions {
  std::filesystem::path out;  ///< *.mid; the picture goes beside it, as *.svg
  std::string model;          ///< as FileOptions::model
  std::filesystem::path config = "config/default.yaml";
  std::filesystem::path seed;  ///< *.mid that it goes on from; empty: from nothing
  int bars = 16;
  std::vector<std::string> settings;  ///< as RenderOptions::settings
};
int compose(const ComposeOptions& options);

struct ReplayOptions {
  std::filesystem::path file;
  std::filesystem::path config;  ///< instead of the recorded one
  bool json = false;
  bool print = false;  ///< list what is in the file; nothing is run
};
int replay(const ReplayOptions& options);

/// A daemon that runs somewhere.
struct DaemonAddress {
  std::string host = "127.0.0.1";
  std::uint16_t port = 7770;
  int timeout_ms = 3000;
};

struct StatusOptions {
  DaemonAddress daemon;
  bool json = false;
};
int status(const StatusOptions& options);

struct SendOptions {
  DaemonAddress daemon;
  std::string address;  ///< "/synth/update", or "open" for /oscine/v1/open with an id of its own
  std::vector<std::string> arguments;
  std::string types;         ///< one letter i f s per argument; empty: guessed
  std::uint16_t listen = 0;  ///< answers are awaited on this port; 0: on the sending one
};
int send(const SendOptions& options);

struct WatchOptions {
  DaemonAddress daemon;
  std::string model;   ///< only sessions of this model; empty: all
  bool lines = false;  ///< a line for each event, also on a terminal
};
int watch(const WatchOptions& options);

struct ProxyOptions {
  std::string listen = "7780";  ///< PORT or HOST:PORT; 0: any free port
  std::string to = "7770";      ///< where the daemon is
  std::string answers;          ///< "7781:7771": a reply port, and where that goes on to; empty: none
  std::vector<std::pair<std::string, std::string>> both;  ///< "loss", "2%": of both directions
  std::vector<std::string> up, down;                      ///< "loss=2%": of one
  std::uint64_t seed = 1;
  std::filesystem::path port_file;  ///< the port is written here once it is open
};
int proxy(const ProxyOptions& options);

}  // namespace server
