#pragma once
#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "base/time.hpp"
#include "protocol/message.hpp"

namespace protocol {

inline constexpr std::string_view kPrefix = "/oscine/v1";
inline constexpr int kMajor = 1;
inline constexpr int kMinor = 0;

/// Who sends it. A request has an id and ends in exactly one answer; a stream message has no id and is answered
/// only when it fails; an answer follows a request; a push comes by itself.
enum class Role { kRequest, kStream, kAnswer, kPush };

/// One declared argument.
struct Parameter {
  std::string_view name;
  char type;                   ///< i f s b; v: a value (i, f or s); a: samples (f, or one b)
  std::string_view unit = "";  ///< as the page prints it: "ms", "samples or ticks", "Hz"
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
  bool optional = false;  ///< may be left out, with everything after it
  bool repeats = false;   ///< the last one: any number of them, also none; the message is closed
};

/// One row of docs/protocol.md section "Addresses".
struct Entry {
  std::string_view address;  ///< without the prefix: "/open"
  Role role;
  std::vector<Parameter> parameters;
  std::string_view since;    ///< "1.0"
  bool served;               ///< false: answered 501 not yet (requests, streams), or never sent (answers, pushes)
  bool changes;              ///< a repeat of the same bytes gets the kept answer, and is not run again
  std::string_view meaning;  ///< one line
};

/// The whole of version 1, in the order of the page.
std::span<const Entry> schema();

/// The row of a full address ("/oscine/v1/open"), nullptr where there is none. Thread: [any].
const Entry* find(std::string_view full_address);

/// The candidate nearest to `word` (edits: insert, delete, replace, swap of neighbours); empty where nothing is near
/// (more than a third of the word, at least two edits). Used for addresses, configuration keys, models, attributes.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

/// Prefix plus address, of all that a client may send.
std::span<const std::string_view> requests();

/// One argument in its declared type.
using Value = std::variant<std::int32_t, float, std::string_view, Blob>;

/// A message's arguments in their declared types: what a handler reads. Looks into the packet.
class Arguments {
 public:
  std::size_t size() const { return values_.size(); }
  bool has(std::size_t i) const { return i < values_.size(); }
  /// An optional one that was left out is 0, or empty.
  std::int32_t integer(std::size_t i) const { return get<std::int32_t>(i); }
  float number(std::size_t i) const { return get<float>(i); }
  std::string_view text(std::size_t i) const { return get<std::string_view>(i); }
  Blob blob(std::size_t i) const { return get<Blob>(i); }
  const Value& value(std::size_t i) const { return values_[i]; }
  /// The repeated ones at the end, from i on.
  std::span<const Value> from(std::size_t i) const { return std::span(values_).subspan(std::min(i, values_.size())); }
  base::Position position(std::size_t i) const { return base::Position::from_wire(integer(i), integer(i + 1)); }

 private:
  friend base::Status decode(const Entry& entry, const MessageView& message, Arguments& out);
  template <class T>
  T get(std::size_t i) const {
    return has(i) ? std::get<T>(values_[i]) : T{};
  }
  std::vector<Value> values_;
};

/// Checks a message against its row and converts each argument: `d h T F` where the value fits, an `i` where f is
/// declared, a whole f of at most 2^24 where i is declared. Unknown trailing arguments of a fixed message are ignored.
/// Fails: kMalformed, naming the argument, what came and what was expected ("argument 2 (unitsPerSecond) is a text; a
/// number is expected"). `out` keeps its memory between calls.
base::Status decode(const Entry& entry, const MessageView& message, Arguments& out);

/// The same for a plain list of numbers (aliases, which have no row): `names` in order, one number each.
base::Status decode_numbers(std::span<const std::string> names, std::span<const Argument> arguments,
                            std::vector<float>& out);

/// The id of a message whose arguments may be wrong: the first argument where it is a whole number within +-2^24.
std::optional<std::int32_t> id_of(const MessageView& message);

}  // namespace protocol
