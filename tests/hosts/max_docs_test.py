"""Every example of docs/max.md, sent as [udpsend] sends it and answered as it is printed there; the course's patch against
config/course.yaml; the pictures as their patches are."""
import json
import os
import re
import socket
import sys
import unittest

from osc import Peer, pack
from program import Program, ROOT, skip

sys.path.insert(0, str(ROOT / "clients/max/source"))
import picture

TORCH = os.environ.get("OSCINE_TORCH", "1").lower() not in ("0", "off", "false")
SYNTH = f"models:\n  synth-params: {{card: {ROOT}/models/zoo/synth-params/card.yaml, trusted: true}}\n"
PAGE = (ROOT / "docs/max.md").read_text(encoding="utf-8")


class UdpSend:
    """Max's [udpsend HOST PORT]: a socket that sends and never hears; a number without a fraction leaves as an int, a word as a string."""

    def __init__(self, port):
        self.socket, self.port = socket.socket(socket.AF_INET, socket.SOCK_DGRAM), port

    def message(self, text):
        address, *words = text.split()
        self.socket.sendto(pack(address, *map(self.atom, words)), ("127.0.0.1", self.port))

    @staticmethod
    def atom(word):
        if not re.fullmatch(r"-?\d+\.?\d*|-?\.\d+", word):
            return word
        return int(float(word)) if float(word).is_integer() else float(word)

    def close(self):
        self.socket.close()


def blocks():
    return [block.splitlines() for block in re.findall(r"^```max\n(.*?)^```$", PAGE, re.M | re.S)]


def matches(test, expected, address, arguments, names):
    """One printed answer: numbers to the digits printed, … for anything more, S for the session's number."""
    words = expected.split(" ")
    test.assertEqual(words[0], address, expected)
    rest = words[1:]
    for i, value in enumerate(arguments):
        test.assertTrue(rest, f"{address} {arguments} says more than {expected}")
        if rest[0] == "…":
            return
        if isinstance(value, str):
            text = value if rest[:len(value.split(" "))] == value.split(" ") else None
            test.assertIsNotNone(text, f"{value} is not what {expected} says")
            rest = rest[len(value.split(" ")):]
            continue
        if rest[0] == "S":
            test.assertEqual(names.setdefault("S", value), value)
        else:
            digits = len(rest[0].partition(".")[2])
            test.assertAlmostEqual(float(rest[0]), value, delta=0.6 * 10 ** -digits, msg=f"argument {i + 1} of {expected}")
        rest = rest[1:]
    test.assertIn(rest, ([], ["…"]), f"{address} {arguments} says less than {expected}")


@unittest.skipUnless(TORCH, "built without LibTorch: the printed answers are those of synth-params")
class Examples(unittest.TestCase):
    def test_every_example_is_answered_as_printed(self):
        self.assertGreaterEqual(len(blocks()), 2)
        heard = Peer()
        alias = f"aliases:\n  /synth/update: {{model: synth-params, send: {{pitch: /synth/pitch, filter: /synth/filter}}, to: '127.0.0.1:{heard.port}'}}\n"
        with Program(f"reply_port: {heard.port}\n" + alias + SYNTH) as oscine:
            for block in blocks():
                patch, names = UdpSend(oscine.port), {}
                for line in block:
                    said = line[2:].replace(" 7771 ", f" {heard.port} ")
                    if line.startswith("→"):
                        patch.message(re.sub(r"\bS\b", lambda _: str(names["S"]), said))
                    else:
                        matches(self, said, *heard.hear(), names)
                self.assertIsNone(heard.hear(0.05), "nothing more was said")
                patch.close()
        heard.close()

    def test_the_courses_patch_as_it_is_against_course_yaml(self):
        patcher = json.loads((ROOT / "clients/max/examples/course.maxpat").read_text(encoding="utf-8"))["patcher"]
        texts = [entry["box"].get("text", "") for entry in patcher["boxes"]]
        for object_of_the_course in ("udpsend 127.0.0.1 8001", "udpreceive 8000"):
            self.assertIn(object_of_the_course, texts)
        self.assertTrue(any(text.startswith("route /synth/pitch /synth/filter") for text in texts))
        heard, free = Peer(), Peer()
        free.close()  # its port is taken for 8001
        course = (ROOT / "config/course.yaml").read_text(encoding="utf-8").replace("../models", f"{ROOT}/models")
        course = course.replace("7770, 8001", f"0, {free.port}").replace("@8001", f"@{free.port}").replace("sender:8000", f"sender:{heard.port}")
        with Program(course, listen=False):
            patch = UdpSend(free.port)
            patch.message("/synth/update 0.4 0.7")
            self.assertEqual([heard.hear()[0], heard.hear()[0]], ["/synth/pitch", "/synth/filter"])
            patch.close()
        heard.close()


class Pictures(unittest.TestCase):
    def test_pictures_are_drawn_from_the_patches_as_they_are(self):
        for path, text in picture.drawn():
            self.assertEqual(path.read_text(encoding="utf-8"), text, f"{path.name}: run clients/max/source/picture.py")
            self.assertIn(f"pictures/{path.name}", PAGE)

    def test_udpsend_is_imitated_byte_for_byte(self):
        for word, value in (("1.", 1), ("0.5", 0.5), ("-3", -3), ("7771", 7771), ("max", "max"), ("48000.", 48000), ("-.25", -0.25)):
            self.assertEqual((type(UdpSend.atom(word)), UdpSend.atom(word)), (type(value), value))


if __name__ == "__main__":
    if not (ROOT / "models/zoo/synth-params/card.yaml").exists():
        skip("models/zoo/synth-params is not there")
    unittest.main(verbosity=2)
