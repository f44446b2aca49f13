#include "card_pack.hpp"

// Structured bindings name every field of a struct: one that is added and not packed here does not compile.
namespace models {

namespace {

template <class S, class Work>
void with_fields(S& value, Work&& work) requires std::same_as<std::remove_const_t<S>, Port> {
  auto& [name, unit, min, max, initial] = value;
  work(name, unit, min, max, initial);
}

template <class S, class Work>
void with_fields(S& value, Work&& work) requires std::same_as<std::remove_const_t<S>, MethodCard> {
  auto& [name, inputs, outputs, call, element, answer, form] = value;
  work(name, inputs, outputs, call, element, answer, form);
}

template <class S, class Work>
void with_fields(S& value, Work&& work) requires std::same_as<std::remove_const_t<S>, StreamForm> {
  auto& [in_channels, in_ratio, out_channels, out_ratio] = value;
  work(in_channels, in_ratio, out_channels, out_ratio);
}

template <class S, class Work>
void with_fields(S& value, Work&& work) requires std::same_as<std::remove_const_t<S>, StreamCard> {
  auto& [other_rate, latency, shape, arguments, block] = value;
  work(other_rate, latency, shape, arguments, block);
}

template <class S, class Work>
void with_fields(S& value, Work&& work) requires std::same_as<std::remove_const_t<S>, MelodyCard> {
  auto& [method, lowest, highest, rest, durations, beats_per_bar, state] = value;
  work(method, lowest, highest, rest, durations, beats_per_bar, state);
}

template <class S, class Work>
void with_fields(S& value, Work&& work) requires std::same_as<std::remove_const_t<S>, ScriptMethod> {
  auto& [name, form, inputs, outputs] = value;
  work(name, form, inputs, outputs);
}

template <class S, class Work>
void with_fields(S& value, Work&& work) requires std::same_as<std::remove_const_t<S>, ScriptAttribute> {
  auto& [name, types, can_set, can_get, min, max] = value;
  work(name, types, can_set, can_get, min, max);
}

template <class S, class Work>
void with_fields(S& value, Work&& work) requires std::same_as<std::remove_const_t<S>, Script> {
  auto& [convention, wrapped_in, rate, rate_from, takes_rate, latency, block, methods, attributes, buffers, hidden,
         about, authors, links] = value;
  work(convention, wrapped_in, rate, rate_from, takes_rate, latency, block, methods, attributes, buffers, hidden, about,
       authors, links);
}

template <class S, class Work>
void with_fields(S& value, Work&& work) requires std::same_as<std::remove_const_t<S>, FrontEndCard> {
  auto& [kind, normalise, window, hop, fft, mels, coefficients, min, max, power, scale, norm, log, floor, offset, mean,
         deviation] = value;
  work(kind, normalise, window, hop, fft, mels, coefficients, min, max, power, scale, norm, log, floor, offset, mean,
       deviation);
}

template <class S, class Work>
void with_fields(S& value, Work&& work) requires std::same_as<std::remove_const_t<S>, ListenCard> {
  auto& [window, hop, before, each_channel, shape, front_end, activation, top, threshold] = value;
  work(window, hop, before, each_channel, shape, front_end, activation, top, threshold);
}

template <class S, class Work>
void with_fields(S& value, Work&& work) requires std::same_as<std::remove_const_t<S>, AttributeCard> {
  auto& [name, types, min, max, initial] = value;
  work(name, types, min, max, initial);
}

template <class S, class Work>
void with_fields(S& value, Work&& work) requires std::same_as<std::remove_const_t<S>, Card> {
  auto& [name, kind, engine, file, sha256, state, isolate, model_rate, methods, attributes, labels, listen, stream,
         melody, about, licence, authors, links, options] = value;
  work(name, kind, engine, file, sha256, state, isolate, model_rate, methods, attributes, labels, listen, stream,
       melody, about, licence, authors, links, options);
}

template <class S>
concept Part = std::same_as<S, Port> || std::same_as<S, MethodCard> || std::same_as<S, FrontEndCard> ||
    std::same_as<S, ListenCard> || std::same_as<S, AttributeCard> || std::same_as<S, StreamForm> ||
    std::same_as<S, StreamCard> || std::same_as<S, MelodyCard> || std::same_as<S, ScriptMethod> ||
    std::same_as<S, ScriptAttribute>;

}  // namespace

template <Part S>
void put(Packer& out, const S& value) {
  with_fields(value, [&out](const auto&... field) { put_all(out, field...); });
}
template <Part S>
void get(Unpacker& in, S& value) {
  with_fields(value, [&in](auto&... field) { get_all(in, field...); });
}

void put(Packer& out, const Card& card) {
  with_fields(card, [&out](const auto&... field) { put_all(out, field...); });
}
void get(Unpacker& in, Card& card) {
  with_fields(card, [&in](auto&... field) { get_all(in, field...); });
}

void put(Packer& out, const Script& script) {
  with_fields(script, [&out](const auto&... field) { put_all(out, field...); });
}
void get(Unpacker& in, Script& script) {
  with_fields(script, [&in](auto&... field) { get_all(in, field...); });
}

}  // namespace models
