#pragma once
#include "server/config/config.hpp"
#include "server/config/reader.hpp"

// The parts that config.cpp puts together. All throw Problem.
namespace server {

/// What `read` returns, or the sentence of the Problem that it threw: no exception leaves this folder.
template <class T, class Read>
base::Result<T> at_the_door(const std::filesystem::path& file, Read read) {
  try {
    return read();
  } catch (const Problem& problem) {
    return base::Error{base::ErrorCode::kMalformed, sentence(file, problem)};
  } catch (const std::filesystem::filesystem_error& error) {  // the working folder is gone, a path is too long …
    return base::Error{base::ErrorCode::kMalformed, sentence(file, {0, error.what()})};
  }
}

/// Relative to the folder of `file`; absolute, without '.' and '..'.
std::filesystem::path resolve(const std::string& text, const std::filesystem::path& file);

/// `inline_card`: written into a configuration, where `card` may be left out and `trusted` may stand beside; the
/// name in the map counts, and `name` may be left out.
models::Card read_card_node(const Node& node, const std::filesystem::path& file, const std::string& path,
                            const std::string* inline_name = nullptr);
std::vector<models::Port> read_ports(const MapReader& reader, std::string_view key, const KeyTable& table);
std::vector<models::AttributeCard> read_attributes(const Node& node, const std::string& path);

inline constexpr const char* kHashForm = "64 hex digits (what sha256sum prints)";
/// 64 hex digits, in lower case; empty is let through. Throws Problem.
void read_sha256(const MapReader& reader, std::string_view key, std::string& out);

/// What a card says about listening (kind classifier): windows, front end, methods and their answers.
/// Call after modelRate and labels have been read.
void read_listening(const MapReader& reader, models::Card& card);
/// Throws where one of these keys stands in a card of another kind.
void refuse_listening(const MapReader& reader, const models::Card& card);
/// `shape`: whole numbers, and these words.
void read_shape(const MapReader& reader, std::span<const std::string_view> words, std::vector<std::string>& shape);
/// What a card of kind stream says; what it leaves out, its file says.
void read_streaming(const MapReader& reader, models::Card& card);
/// Throw where such a key stands in a card, or a method, of another kind.
void refuse_streaming(const MapReader& reader, const models::Card& card);
void refuse_form(const MapReader& reader);
/// What a card of kind melody says. refuse_melody throws where it stands in a card of another kind.
void read_melody(const MapReader& reader, models::Card& card);
void refuse_melody(const MapReader& reader, const models::Card& card);
inline constexpr const char* kMethodName = "a method's name (letters, digits, '_', 1..64 bytes)";
bool is_method_name(const std::string& name);
/// The entries of `methods`, each read by `read_one`; no name may come twice.
void read_method_list(const MapReader& reader, const Node& list, models::Card& card,
                      void (*read_one)(const MapReader& reader, models::MethodCard& method));

/// Throws unless it is [a-z0-9._-], 1..64 bytes.
void check_model_name(const std::string& name, int line, const std::string& path);

std::vector<ModelConfig> read_models(const Node& node, const std::filesystem::path& file);

/// Checked against `config.listen`, `config.allow` and `config.models`.
std::vector<Alias> read_aliases(const Node& node, const Config& config);
/// The same; also checked against `config.aliases`.
std::vector<SynthConfig> read_synths(const Node& node, const Config& config);

/// Throws unless it is an address without patterns and outside our own. @param what  "an alias"
void check_address(const std::string& address, int line, const std::string& path, const std::string& what = "an alias");
/// `model`, which has to be one of `config.models`.
const models::Card& read_model_name(const MapReader& reader, const Config& config, std::string& name);
/// `to`: no port of ours, and nothing that is not allowed.
Destination read_to(const MapReader& reader, const Config& config);

/// Throws Problem where `metrics.listen` can be reached from outside this machine. After read_network.
void read_metrics(const Node& node, Config& config);
/// `listen`, `allow`, `reply_port`, and what holds between them.
void read_network(const MapReader& reader, Config& config);

}  // namespace server
