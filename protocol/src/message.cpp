#include "protocol/message.hpp"

#include <osc/OscReceivedElements.h>

namespace protocol {
namespace {

static_assert(sizeof(osc::int32) == 4 && sizeof(osc::uint32) == 4 && sizeof(osc::int64) == 8,
              "oscpack takes int32 for a long on this machine: build it with OscTypes.h on <cstdint>");

std::size_t padded(std::size_t size) { return (size + 3) & ~std::size_t{3}; }

const char* chars(Bytes bytes) { return reinterpret_cast<const char*>(bytes.data()); }

Bytes bytes_of(const char* data, std::size_t size) { return {reinterpret_cast<const std::byte*>(data), size}; }

template <class Element>
Bytes bytes_of(const Element& element) {
  return bytes_of(element.Contents(), static_cast<std::size_t>(element.Size()));
}

/// Calls `each` with the bytes of every message, in order. Depth is bounded by validate().
template <class Each>
void walk(const osc::ReceivedBundle& bundle, const Each& each) {
  const auto end = bundle.ElementsEnd();
  for (auto element = bundle.ElementsBegin(); element != end; ++element) {
    if (element->IsBundle()) {
      walk(osc::ReceivedBundle(*element), each);
    } else {
      each(bytes_of(*element));
    }
  }
}

Argument blob_of(const osc::ReceivedMessageArgument& from) {
  const void* data = nullptr;
  osc::osc_bundle_element_size_t size = 0;
  from.AsBlobUnchecked(data, size);
  return Blob{bytes_of(static_cast<const char*>(data), static_cast<std::size_t>(size))};
}

Argument argument_of(const osc::ReceivedMessageArgument& from) {
  switch (from.TypeTag()) {
    case osc::INT32_TYPE_TAG:
      return std::int32_t{from.AsInt32Unchecked()};
    case osc::FLOAT_TYPE_TAG:
      return from.AsFloatUnchecked();
    case osc::STRING_TYPE_TAG:
    case osc::SYMBOL_TYPE_TAG:
      return std::string_view(from.AsStringUnchecked());
    case osc::BLOB_TYPE_TAG:
      return blob_of(from);
    case osc::INT64_TYPE_TAG:
      return std::int64_t{from.AsInt64Unchecked()};
    case osc::DOUBLE_TYPE_TAG:
      return from.AsDoubleUnchecked();
    case osc::TRUE_TYPE_TAG:
      return true;
    case osc::FALSE_TYPE_TAG:
      return false;
    case osc::TIME_TAG_TYPE_TAG:
      return TimeTag{from.AsTimeTagUnchecked()};
    case osc::NIL_TYPE_TAG:
      return Nil{};
    case osc::INFINITUM_TYPE_TAG:
      return Impulse{};
    default:
      return Other{from.TypeTag()};
  }
}

/// Reads the arguments of one message. Old senders leave out the type tags where there are no arguments; oscpack
/// would refuse that.
void fill(Bytes message, std::size_t address, std::vector<Argument>& out) {
  out.clear();
  if (padded(address + 1) == message.size()) return;
  const osc::ReceivedMessage received(osc::ReceivedPacket(chars(message), message.size()));
  const auto end = received.ArgumentsEnd();
  for (auto argument = received.ArgumentsBegin(); argument != end; ++argument) out.push_back(argument_of(*argument));
}

struct NameOf {
  std::string_view operator()(std::int32_t) const { return "an integer"; }
  std::string_view operator()(std::int64_t) const { return "a 64-bit integer"; }
  std::string_view operator()(float) const { return "a number"; }
  std::string_view operator()(double) const { return "a number"; }
  std::string_view operator()(std::string_view) const { return "a text"; }
  std::string_view operator()(const Blob&) const { return "a blob"; }
  std::string_view operator()(bool) const { return "true or false"; }
  std::string_view operator()(TimeTag) const { return "a time tag"; }
  std::string_view operator()(Nil) const { return "a nil"; }
  std::string_view operator()(Impulse) const { return "an impulse"; }
  std::string_view operator()(Other other) const {
    switch (other.tag) {
      case 'c':
        return "a character";
      case 'r':
        return "a colour";
      case 'm':
        return "a MIDI message";
      default:
        return "an array bracket";
    }
  }
};

}  // namespace

std::string_view name_of(const Argument& argument) { return std::visit(NameOf{}, argument); }

bool is_pattern(std::string_view address) { return address.find_first_of(" #*,?[]{}") != std::string_view::npos; }

void Reader::read(Bytes packet, const Sink& sink) {
  const osc::ReceivedPacket received(chars(packet), packet.size());
  if (received.IsMessage()) return read_message(packet, sink);
  walk(osc::ReceivedBundle(received), [&](Bytes message) { read_message(message, sink); });
}

void Reader::read_message(Bytes message, const Sink& sink) {
  const std::string_view address(chars(message));
  fill(message, address.size(), arguments_);
  sink({address, arguments_, message});
}

}  // namespace protocol
