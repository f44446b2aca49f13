"""The patches of clients/max: made from their sources byte for byte, nothing for lint to say, and lint that says what is wrong; the
container of Max for Live devices, frozen or not."""
import copy
import struct
import sys
import unittest
import xml.dom.minidom

from program import ROOT

sys.path.insert(0, str(ROOT / "clients/max/source"))
import amxd
import lint
import make
from objects import TABLE

LOADED = [(path, lint.load(path)) for path in lint.files()]


def complaints(name, change):
    """What lint says once `change` was done to the patch called so."""
    loaded = [(path, copy.deepcopy(data) if path.name == name else data) for path, data in LOADED]
    change(next(data for path, data in loaded if path.name == name)["patcher"])
    return "\n".join(lint.lint(make.Package(), loaded))


def box(patcher, text):
    return next(entry["box"] for entry in patcher["boxes"] if entry["box"].get("text", "").startswith(text))


class Patches(unittest.TestCase):
    def test_rebuilt_patches_are_the_same_bytes(self):
        made = make.Package().made()
        self.assertGreater(len(made), 10)
        for path, data in made:
            self.assertEqual(path.read_bytes(), data, f"{path.name} differs from its source: run clients/max/source/make.py")
        self.assertEqual(sorted(path for path, _ in made), sorted(lint.files()), "every patch has a source")

    def test_rebuilt_reference_pages_are_the_same_bytes_and_name_every_word(self):
        package = make.Package()
        made = make.pages(package, ROOT / "clients/max/docs")
        self.assertEqual({path.name.removesuffix(".maxref.xml") for path, _ in made}, set(package.patches))
        for path, data in made:
            self.assertEqual(path.read_bytes(), data, f"{path.name} differs: run clients/max/source/make.py")
            name = path.name.removesuffix(".maxref.xml")
            page = xml.dom.minidom.parseString(data)
            self.assertEqual([one.getAttribute("name") for one in page.getElementsByTagName("method")], package.patches[name].words)
            for kind in ("inlet", "outlet"):
                self.assertEqual(len(page.getElementsByTagName(kind)), len([box for row in package.patches[name].rows for box in row if box.kind == kind]))

    def test_lint_has_nothing_to_say(self):
        self.assertEqual(lint.lint(make.Package(), LOADED), [])

    def test_every_object_names_the_public_patch_in_which_it_was_seen(self):
        for name, (_, _, seen) in TABLE.items():
            self.assertRegex(seen, r"^[\w.-]+/[\w.-]+ .+\.(maxpat|maxhelp|amxd)$", name)

    def test_every_abstraction_has_a_help_patch(self):
        for name in make.Package().patches:
            self.assertTrue((ROOT / f"clients/max/help/{name}.maxhelp").exists(), name)

    def test_lint_finds_what_is_wrong(self):
        def retyped(old, new):
            return lambda patcher: box(patcher, old).update(text=new)

        def cord(source, outlet, target, inlet):
            return lambda patcher: patcher["lines"].append({"patchline": {
                "source": [box(patcher, source)["id"], outlet], "destination": [box(patcher, target)["id"], inlet]}})

        def moved(patcher):
            box(patcher, "udpsend")["patching_rect"] = box(patcher, "udpreceive")["patching_rect"]

        def parameter(change):
            return lambda patcher: change(next(e["box"] for e in patcher["boxes"] if e["box"].get("varname") == "X"))

        def named_twice(patcher):
            box(patcher, "pitch 24 96")["saved_attribute_attributes"]["valueof"]["parameter_longname"] = "X"

        def shown(patcher):
            for text in ("udpsend", "udpreceive"):
                box(patcher, text).update(presentation=1, presentation_rect=[0, 0, 50, 20])

        for name, change, part in [
                ("course.maxpat", retyped("udpsend", "udpsent 127.0.0.1 8001"), "udpsent is in no public patch"),
                ("course.maxpat", retyped("route", "route /synth/pitch"), "not 2 and 2"),
                ("course.maxpat", retyped("udpsend", "udpsend /Users/me 1"), "path of one machine"),
                ("course.maxpat", cord("udpreceive", 1, "udpsend", 0), "is not there"),
                ("course.maxpat", cord("udpreceive", 0, "udpsend", 3), "is not there"),
                ("course.maxpat", lambda patcher: patcher["lines"].append({"patchline": {"source": ["obj-99", 0], "destination": ["obj-1", 0]}}), "not both there"),
                ("course.maxpat", moved, "overlap in patching"),
                ("course.maxpat", shown, "overlap in presentation"),
                ("melody.maxpat", retyped("seed 7", "sead 7"), "sead is no word"),
                ("melody.maxpat", cord("oscine.seq~", 0, "print note", 0), "a signal goes where there is none taken"),
                ("oscine.maxpat", retyped("node.script", "node.script nothing.js"), "no such script"),
                ("oscine.maxpat", retyped("s #3-oscine-state", "s #3-oscine-sate"), "sent and heard by nobody"),
                ("oscine.seq~.maxpat", retyped("events #0-events", "event #0-events"), "event is no word"),
                ("Oscine Params.amxd", parameter(lambda x: x.update(presentation_rect=[700, 0, 44, 48])), "does not lie within the device"),
                ("Oscine Params.amxd", parameter(lambda x: x.update(presentation_rect=[10, 30, 44, 48])), "overlap in presentation"),
                ("Oscine Params.amxd", named_twice, "two parameters are called X"),
                ("Oscine Params.amxd", lambda patcher: patcher["parameters"]["parameterbanks"]["0"]["parameters"].__setitem__(0, "Z"), "Z is no parameter"),
                ("Oscine Params.amxd", lambda patcher: [patcher["parameters"].pop(key) for key in list(patcher["parameters"]) if key.startswith("obj-")], "is not listed as a parameter"),
                ("oscine.maxhelp", retyped("models", "moddels"), "moddels is no word")]:
            with self.subTest(part):
                self.assertIn(part, complaints(name, change))


def frozen():
    """A device with two files in it, built field by field as devices of Live are."""
    def about(kind, name):
        return [(b"type", kind), (b"fnam", name + b"\0" * (4 - len(name) % 4)), (b"sz32", b""), (b"of32", b""), (b"vers", struct.pack(">I", 0)),
                (b"flag", struct.pack(">I", 0x11)), (b"mdat", struct.pack(">I", 0xd0000000))]
    payload = amxd.freeze([(about(b"JSON", b"device.amxd"), b'{"patcher":{}}'), (about(b"TEXT", b"script.js"), b"outlets = 1;\n")])
    return amxd.pack([(b"ampf", b"mmmm"), (b"meta", struct.pack("<I", 7)), (b"ptch", payload)])


class Container(unittest.TestCase):
    def test_a_device_reads_as_it_was_written(self):
        patcher = {"patcher": {"boxes": [], "lines": [], "name": "größe"}}
        for kind, letters in amxd.KINDS.items():
            data = amxd.device(patcher, kind)
            self.assertEqual(amxd.patcher_of(data), patcher)
            self.assertEqual(data[:12], b"ampf\4\0\0\0" + letters)
            self.assertEqual(data[-1:], b"\0")
            self.assertEqual(amxd.pack(amxd.chunks(data)), data)

    def test_a_frozen_device_comes_apart_and_together_the_same(self):
        data = frozen()
        parts = amxd.chunks(data)
        files, rest = amxd.unfreeze(dict(parts)[b"ptch"])
        self.assertEqual([content for _, content in files], [b'{"patcher":{}}', b"outlets = 1;\n"])
        self.assertEqual(amxd.pack([(name, amxd.freeze(files, rest) if name == b"ptch" else part) for name, part in parts]), data)
        with self.assertRaises(ValueError):
            amxd.patcher_of(data)

    def test_our_devices_are_whole_also_when_they_are_frozen(self):
        files = sorted((ROOT / "clients/max/devices").glob("*.amxd"))
        self.assertEqual([file.stem for file in files], ["Oscine Classify", "Oscine Melody", "Oscine Params", "Oscine Stream"])
        for file in files:
            data = file.read_bytes()
            parts = amxd.chunks(data)
            self.assertEqual([name for name, _ in parts], [b"ampf", b"meta", b"ptch"])
            self.assertEqual(parts[0][1], amxd.KINDS["midi" if file.stem == "Oscine Melody" else "audio"])
            self.assertEqual(amxd.pack(parts), data)
            about = [(b"type", b"JSON"), (b"fnam", file.name.encode() + b"\0" * (4 - len(file.name) % 4)), (b"sz32", b""), (b"of32", b"")]
            payload = amxd.freeze([(about, parts[2][1])])
            self.assertEqual(amxd.unfreeze(payload)[0][0][1], parts[2][1])
            self.check_device(amxd.patcher_of(data)["patcher"])

    def check_device(self, patcher):
        """As in devices of Live: it opens in presentation, sound goes in and out, all that is kept is a parameter with a start value."""
        texts = [entry["box"].get("text", "") for entry in patcher["boxes"]]
        self.assertEqual((patcher["openinpresentation"], "live.thisdevice" in texts), (1, True))
        self.assertTrue({"plugin~", "plugout~"} <= set(texts) or {"midiin", "midiout"} <= set(texts))
        self.assertIn("oscine 127.0.0.1 7770 ---live", texts, "each device has names of its own")
        for entry in patcher["boxes"]:
            if entry["box"].get("parameter_enable") and entry["box"]["maxclass"] in ("live.dial", "textedit"):
                self.assertEqual(entry["box"]["saved_attribute_attributes"]["valueof"]["parameter_initial_enable"], 1)

    def test_what_is_cut_short_is_refused(self):
        for data in (amxd.device({"patcher": {}}, "audio"), frozen()):
            for cut in [*range(1, 12), *range(13, 24), len(data) - 1]:
                with self.assertRaises(ValueError):
                    amxd.chunks(data[:cut])


if __name__ == "__main__":
    unittest.main(verbosity=2)
