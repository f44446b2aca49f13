#!/usr/bin/env python3
"""Writes the golden packets: NAME.osc (the bytes) and NAME.yaml (what they mean). Packs by hand, with nothing but
struct, so that it shares no code with anything it is compared with. Run it in this folder after a change; the same
input gives the same files."""

import json
import pathlib
import struct

HERE = pathlib.Path(__file__).parent
V1 = "/oscine/v1"
NOW = struct.pack(">Q", 1)


def pad(raw: bytes) -> bytes:
    return raw + b"\0" * (-len(raw) % 4)


def text(value: str) -> bytes:
    return pad(value.encode("ascii") + b"\0")


def blob(value: bytes) -> bytes:
    return struct.pack(">i", len(value)) + pad(value)


PACK = {
    "i": lambda v: struct.pack(">i", v),
    "f": lambda v: struct.pack(">f", v),
    "h": lambda v: struct.pack(">q", v),
    "d": lambda v: struct.pack(">d", v),
    "t": lambda v: struct.pack(">Q", v),
    "s": text,
    "S": text,
    "b": blob,
    "c": lambda v: struct.pack(">i", ord(v)),
    "r": lambda v: struct.pack(">I", v),
    "m": lambda v: struct.pack(">I", v),
}


class Message:
    def __init__(self, address, types="", *values):
        self.address, self.types, self.values = address, types, values
        assert len(values) == sum(tag in PACK for tag in types), address

    def packed(self) -> bytes:
        values = iter(self.values)
        data = b"".join(PACK[tag](next(values)) for tag in self.types if tag in PACK)
        return text(self.address) + text("," + self.types) + data

    def meaning(self) -> str:
        """One line of YAML in its JSON form. A blob is a mapping: {blob: hex}."""
        shown = [{"blob": v.hex()} if isinstance(v, bytes) else v for v in self.values]
        return json.dumps({"address": self.address, "types": self.types, "values": shown})


def bundle(*elements: bytes, tag: bytes = NOW) -> bytes:
    return b"#bundle\0" + tag + b"".join(struct.pack(">I", len(e)) + e for e in elements)


def write(name: str, raw: bytes, lines: list[str]) -> None:
    (HERE / f"{name}.osc").write_bytes(raw)
    (HERE / f"{name}.yaml").write_text("\n".join(lines) + "\n")


def good(name: str, direction: str, about: str, *messages: Message, raw: bytes | None = None) -> None:
    raw = messages[0].packed() if raw is None else raw
    lines = [f"direction: {direction}", f"about: {json.dumps(about)}"]
    lines += ["messages:"] + [f"  - {m.meaning()}" for m in messages] if messages else ["messages: []"]
    write(name, raw, lines)


def bad(name: str, reason: str, raw: bytes, address: str = "", id: int | None = None) -> None:
    lines = [f"reason: {json.dumps(reason)}"]
    lines += [f"address: {address}"] if address else []
    lines += [f"id: {id}"] if id is not None else []
    write(f"bad/{name}", raw, lines)


def spec() -> None:
    """The two examples of the OSC 1.0 specification, checked against the bytes printed there, and each type tag."""
    frequency = Message("/oscillator/4/frequency", "f", 440.0)
    assert frequency.packed().hex() == "2f6f7363696c6c61746f722f342f6672657175656e6379002c66000043dc0000"
    good("spec_1_frequency", "in", "the first example of OSC 1.0", frequency)
    foo = Message("/foo", "iisff", 1000, -1, "hello", 1.234, 5.678)
    assert foo.packed().hex() == (
        "2f666f6f000000002c69697366660000000003e8ffffffff68656c6c6f0000003f9df3b640b5b22d")
    good("spec_2_foo", "in", "the second example of OSC 1.0", foo)
    every = Message("/types", "ifsbhtdScrmTFNI[i[f]]", 1, 0.5, "text", b"\1\2\3", 1 << 40, 1 << 63, 0.1, "symbol", "x",
                    0x11223344, 0x00903C40, 7, 1.5)
    good("spec_3_every_type", "in", "each type tag of OSC 1.0, with an array in an array", every)
    good("spec_4_no_tags", "in", "old senders leave out the type tags when there are no arguments", Message("/old"),
         raw=text("/old"))
    one, two, three = Message("/one", "i", 1), Message("/two", "s", "2"), Message("/three", "f", 3.0)
    good("spec_5_bundle", "in", "a bundle in a bundle: its messages come in order, and the time tag is ignored",
         one, two, three, raw=bundle(one.packed(), bundle(two.packed()), three.packed()))
    good("spec_6_empty_bundle", "in", "a bundle without elements is fine, and says nothing", raw=bundle())
    good("spec_7_pattern", "in", "an address pattern: well formed, and answered by nothing",
         Message("/oscine/v?/{hello,bye}", "i", 1))
    good("spec_8_padding", "in", "texts and blobs of every length modulo 4",
         Message("/p", "ssssbbbb", "", "a", "ab", "abc", b"", b"\1", b"\1\2", b"\1\2\3"))


def hosts() -> None:
    """The same requests as three hosts write them."""
    good("pd_hello", "in", "Pd sends every number as a float",
         Message(f"{V1}/hello", "ffs", 1.0, 7771.0, "pd"))
    good("max_open", "in", "Max sends whole floats as integers",
         Message(f"{V1}/open", "issis", 2, "synth-params", "default", 48000, "samples"))
    good("sc_hello", "in", "SuperCollider: hello from the port that it listens on", Message(
        f"{V1}/hello", "iis", 3, 0, "sclang"))
    good("wide_types", "in", "numbers in the types that hosts rarely send: h, d, T",
         Message(f"{V1}/attach", "hdiT", 4, 77.0, 123456))
    good("alias", "in", "somebody else's address, served by configuration", Message("/synth/update", "ff", 0.4, 0.7))
    good("alias_pitch", "out", "what an alias sends", Message("/synth/pitch", "f", 57.25))


IN = [
    ("hello", "iisi", 1, 7771, "max", 123456),
    ("attach", "iiii", 2, 77, 123456, 1),
    ("bye", "i", 3),
    ("sync", "i", 4),
    ("ping", "iii", 5, 12, 34567),
    ("status", "i", 6),
    ("subscribe", "isi", 7, "model.state", 1),
    ("models", "i", 8),
    ("model/info", "is", 9, "synth-params"),
    ("labels", "isii", 10, "yamnet", 0, 0),
    ("load", "iss", 11, "mine", "mine/model.ts"),
    ("unload", "is", 12, "mine"),
    ("reload", "is", 13, "mine"),
    ("open", "issfsi", 14, "melody", "", 960.0, "ticks", 480),
    ("close", "ii", 15, 4711),
    ("reset", "ii", 16, 4711),
    ("enable", "iii", 17, 4711, 0),
    ("method", "iis", 18, 4711, "encode"),
    ("expire", "iii", 19, 4711, 50),
    ("lookahead", "iii", 20, 4711, 40),
    ("horizon", "iii", 21, 4711, 2000),
    ("reorder", "iii", 22, 4711, 20),
    ("policy", "iis", 23, 4711, "drop"),
    ("mtu", "iii", 24, 0, 8192),
    ("format", "iis", 25, 4711, "f32le"),
    ("set", "iisfis", 26, 4711, "temperature", 0.75, 3, "warm"),
    ("set/at", "iiiisf", 27, 4711, 1, 2, "temperature", 0.5),
    ("get", "iis", 28, 4711, "temperature"),
    ("buffer", "iiss", 29, 4711, "reference", "sounds/ref.wav"),
    ("buffer/data", "iisib", 30, 4711, "reference", 0, struct.pack("<ff", 0.25, -0.25)),
    ("buffer/clear", "iis", 31, 4711, "reference"),
    ("ask", "isff", 32, "synth-params", 0.5, 0.25),
    ("run", "iiiiff", 33, 4711, 0, 512, 0.5, 0.25),
    ("frames", "iiiiifff", 4711, 1, 0, 0, 3, 0.5, -0.5, 0.25),
    ("audio", "iiiiisb", 4711, 1, -1, 65535, 1, "s16le", b"\x00\x01\xff\x7f\x10"),
    ("file", "iiss", 34, 4711, "sounds/in.wav", "sounds/out.wav"),
    ("note", "iiiiffi", 35, 4711, 3, 4, 60.0, 100.0, -1),
    ("play", "iiiii", 36, 4711, 5, 6, 2),
    ("stop", "iiiii", 37, 4711, 7, 8, 3),
    ("playhead", "iiiif", 4711, 9, 10, 16777215, 48000.0),
    ("resend", "iii", 38, 4711, 100),
    ("late", "iii", 4711, 2, 480),
    ("cancel", "ii", 39, 34),
    ("quit", "i", 40),
]

OUT = [
    ("hello.reply", "iiiisii", 1, 77, 9876543, 0, "0.1.0", 30, 123456),
    ("pong", "iiiii", 5, 12, 34567, 86400, 999999),
    ("restarted", "i", 1234567),
    ("status.reply", "iiiiifffiiiii", 6, 3600, 2, 5, 0, 12.5, 0.25, 1.5, 0, 3, 1, 4, 2),
    ("log", "ss", "warning", "model mine: the file is gone"),
    ("model.state", "sss", "mine", "loading", ""),
    ("model.item", "iiisssfii", 8, 1, 2, "synth-params", "params", "ready", 0.0, 1, 2),
    ("model.about", "issssssfii", 9, "synth-params", "params", "ready", "torch", "two controls, many parameters",
     "MIT", 0.0, 0, 0),
    ("model.method", "iiisiiiiiff", 9, 1, 1, "forward", 2, 1, 12, 1, 1, 0.03125, 0.0625),
    ("model.attribute", "iiissff", 9, 1, 1, "temperature", "f", 0.0, 2.0),
    ("model.label", "iiis", 10, 1, 521, "Speech"),
    ("opened", "iiiiiiif", 14, 4711, 2048, 1, 1, 16, 2048, 48000.0),
    ("value", "iisf", 28, 4711, "temperature", 0.75),
    ("result", "iiiiff", 33, 4711, 0, 512, 57.25, 1830.5),
    ("gap", "iii", 4711, 7, 9),
    ("event", "iiiiiiisffi", 4711, 12, 2, 9, 512, 1, 24000, "note", 60.0, 100.0, 0),
    ("job", "issfs", 34, "file", "running", 0.5, "in.wav"),
    ("done", "isi", 8, f"{V1}/models", 2),
    ("fail", "isis", 41, f"{V1}/opne", 404, f"there is no {V1}/opne; the nearest is {V1}/open"),
]


def ours() -> None:
    for address, types, *values in IN:
        good(address.replace("/", "_"), "in", f"a request or stream message: {address}",
             Message(f"{V1}/{address}", types, *values))
    for address, types, *values in OUT:
        good(address.replace("/", "_"), "out", f"an answer or push: {address}", Message(f"{V1}/{address}", types, *values))


def head(types: str, address: str = "/p") -> bytes:
    return text(address) + text("," + types)


def broken() -> None:
    word = lambda v: struct.pack(">I", v)
    nan, infinite = word(0x7FC00000), word(0xFF800000)
    hello = Message(f"{V1}/hello", "iis", 7, 0, "max").packed()

    # oscpack 1.1.0 takes the size of a blob on trust, and adds it to a pointer.
    bad("01_blob_past_the_end", "argument 1 is a blob of 2147483632 bytes; 4 are left",
        text("/b") + text(",bb") + word(0x7FFFFFF0) + word(0), "/b")
    bad("02_blob_without_bytes", "argument 1 is a blob of 4096 bytes; 0 are left",
        text("/b") + text(",b") + word(0x1000), "/b")
    bad("03_element_size_wraps", "element 1 of a bundle says 4294967292 bytes; 4 are left",
        b"#bundle\0" + NOW + word(0xFFFFFFFC) + text("/p"))

    bad("04_empty", "the packet is empty", b"")
    bad("05_one_byte", "1 byte; sizes in OSC are multiples of 4", b"/")
    bad("06_truncated_text", "argument 3 is a text that does not end", hello[:-4], f"{V1}/hello", 7)
    bad("07_truncated_integer", "argument 2 (type i) needs 4 bytes; 0 are left", hello[:-8], f"{V1}/hello", 7)
    bad("08_truncated_odd", "sizes in OSC are multiples of 4", hello[:-1])
    bad("09_no_osc", "neither '/' nor #bundle", b"GET / HTTP/1.1\r\n")
    bad("10_number_as_address", "neither '/' nor #bundle", word(9) + text(",i") + word(1))
    bad("11_not_quite_a_bundle", "neither '/' nor #bundle", b"#bundles" + NOW)
    bad("12_address_without_end", "the address does not end", b"/abcdefg")
    bad("13_control_byte", "the address holds byte 0x07", text("/a\x07") + text(","))
    bad("14_not_ascii", "the address holds byte 0xc3", pad("/é".encode() + b"\0") + text(","))
    bad("15_long_address", "the address is longer than 255 bytes", text("/" + "a" * 255) + text(","))
    bad("16_dirty_padding", "padded with something else than zeros", b"/a\0x" + text(","))
    bad("17_tags_missing", "without type tags", text("/p") + word(1), "/p")
    bad("18_tags_without_end", "the list of type tags does not end", text("/p") + b",iii", "/p")
    bad("19_unknown_tag", "argument 2 has the type 'Q', which OSC does not know",
        head("iQ") + word(5) + word(6), "/p", 5)
    bad("20_unknown_tag_byte", "argument 1 has the type byte 0x01", text("/p") + b",\x01\0\0" + word(1), "/p")
    bad("21_nan", "argument 2 is not a number (NaN)", head("if", "/synth/update") + word(3) + nan, "/synth/update", 3)
    bad("22_infinite", "argument 1 is infinite", head("f") + infinite, "/p")
    bad("23_nan_double", "argument 1 is not a number (NaN)", head("d") + word(0x7FF00000) + word(1), "/p")
    bad("24_infinite_double", "argument 1 is infinite", head("d") + word(0x7FF00000) + word(0), "/p")
    bad("25_array_not_closed", "1 array not closed", head("[i") + word(1), "/p")
    bad("26_array_not_opened", "argument 2 closes an array that was not opened", head("i]") + word(1), "/p", 1)
    bad("27_arrays_crossed", "argument 1 closes an array that was not opened", head("]["), "/p")
    bad("28_left_over", "4 bytes left over after the last argument", head("i") + word(1) + word(2), "/p", 1)
    bad("29_left_over_without_tags", "4 bytes left over", head("") + word(2), "/p")
    bad("30_text_padding", "argument 1 is a text that is padded with something else", head("s") + b"a\0b\0", "/p")
    bad("31_blob_padding_missing", "argument 1 is a blob of 5 bytes; 4 are left", head("b") + word(5) + word(0), "/p")
    bad("32_blob_negative", "argument 1 is a blob of 4294967295 bytes", head("b") + word(0xFFFFFFFF), "/p")
    bad("33_blob_size_missing", "argument 2 (type b) needs 4 bytes; 0 are left", head("ib") + word(8), "/p", 8)
    bad("34_bundle_without_time", "a bundle ends inside its time tag", b"#bundle\0" + word(0))
    bad("35_element_zero", "element 1 of a bundle says 0 bytes", b"#bundle\0" + NOW + word(0))
    bad("36_element_odd", "element 1 of a bundle says 6 bytes; a multiple of 4", b"#bundle\0" + NOW + word(6) + bytes(8))
    bad("37_element_two", "element 2 of a bundle says 8 bytes; 4 are left",
        bundle(text("/p")) + word(8) + text("/p"))
    bad("38_element_no_osc", "neither '/' nor #bundle", bundle(b"abc\0"))
    bad("39_bad_message_in_bundle", "argument 2 is not a number (NaN)",
        bundle(hello, head("if", f"{V1}/ask") + word(12) + nan), f"{V1}/ask", 12)
    deep = text("/p")
    for _ in range(9):
        deep = bundle(deep)
    bad("40_deep", "bundles are nested deeper than 8", deep)
    bad("41_many_messages", "more than 4096 messages", bundle(*[text("/p")] * 4097))
    bad("42_float_id", "argument 2 is infinite", head("ff") + struct.pack(">f", 9.0) + infinite, "/p", 9)
    bad("43_half_id", "argument 2 is infinite", head("ff") + struct.pack(">f", 9.5) + infinite, "/p")


if __name__ == "__main__":
    spec()
    hosts()
    ours()
    broken()
