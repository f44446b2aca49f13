// Any packet: validate, read, decode against its row, write again, and read that once more.
#include <algorithm>
#include <cstdlib>
#include <string>

#include "protocol/schema.hpp"

namespace {

using namespace protocol;

void require(bool holds) {
  if (!holds) std::abort();
}

Bytes write(Writer& writer, std::string_view address, const Arguments& arguments) {
  writer.begin(address);
  for (const Value& value : arguments.from(0)) {
    if (const auto* i = std::get_if<std::int32_t>(&value)) writer.integer(*i);
    if (const auto* f = std::get_if<float>(&value)) writer.number(static_cast<double>(*f));
    if (const auto* s = std::get_if<std::string_view>(&value)) writer.text(*s);
    if (const auto* b = std::get_if<Blob>(&value)) writer.blob(b->bytes);
  }
  return writer.end();
}

/// What was decoded, written in its declared types, decodes again, to the same bytes.
void round_trip(const Entry& entry, std::string_view address, const Arguments& arguments) {
  static Writer first, second;
  static Reader reader;
  static Arguments again;
  const auto packet = write(first, address, arguments);
  Malformed why;
  require(validate(packet, {.bytes = 1 << 20}, why));
  reader.read(packet, [&](const MessageView& message) {
    require(static_cast<bool>(decode(entry, message, again)));
    require(std::ranges::equal(write(second, address, again), packet));
  });
}

void one(const MessageView& message) {
  static Arguments arguments;
  static std::vector<float> numbers;
  static const std::vector<std::string> kNames{"x", "y"};
  (void)id_of(message);
  (void)is_pattern(message.address);
  if (const auto status = decode_numbers(kNames, message.arguments, numbers); !status) {
    require(!status.error().message.empty());
  }
  const Entry* entry = find(message.address);
  if (entry == nullptr) {
    (void)nearest(message.address, requests());
    return;
  }
  const auto status = decode(*entry, message, arguments);
  if (status) {
    round_trip(*entry, message.address, arguments);
  } else {
    require(!status.error().message.empty());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Reader reader;
  const Bytes packet{reinterpret_cast<const std::byte*>(data), size};
  Malformed why;
  if (validate(packet, {}, why)) {
    reader.read(packet, one);
  } else {
    require(!why.reason.empty());
  }
  return 0;
}
