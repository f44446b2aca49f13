"""oscine models --available, fetch, remove, against a server on this machine: python catalogue_test.py PATH_OF_OSCINE."""
import hashlib
import json
import os
import pty
import subprocess
import sys
import tempfile
import threading
import unittest
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

GUARD = 30  # seconds until a wait counts as hanging
OSCINE = ""
MODEL = bytes(range(256)) * 5000
CARD = b"card: 1\nname: birds\nkind: params\nengine: fake\nfile: birds.ts\ninputs: 1\noutputs: 1\n"


def sha256(content):
    return hashlib.sha256(content).hexdigest()


class Web(ThreadingHTTPServer):
    """Serves `files`; remembers what was asked. `cut`: bytes after which a connection breaks off, once."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.files, self.moved, self.asked = {}, {}, []
        self.cut, self.ranges, self.says_length, self.seen = None, True, True, None
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def address(self, name):
        return f"http://127.0.0.1:{self.server_port}/{name}"


class Handler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def do_GET(self):
        web, name = self.server, self.path.lstrip("/")
        web.asked.append((name, self.headers.get("Range")))
        if name in web.moved:
            self.send_response(302)
            self.send_header("Location", web.moved[name])
            self.end_headers()
            return
        if name not in web.files:
            self.send_error(404)
            return
        content = web.files[name]
        start = int(self.headers["Range"].split("=")[1].split("-")[0]) if self.headers.get("Range") and web.ranges else 0
        if start >= len(content):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        if web.says_length:
            self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        rest = content[start:]
        if web.cut is not None and not name.endswith(".yaml"):
            rest, web.cut = rest[:web.cut], None
        while web.seen and len(rest) > 100000 and not web.seen.wait(0.01):
            self.wfile.write(rest[:100])
            rest = rest[100:]
        try:
            self.wfile.write(rest)
        except ConnectionError:
            pass  # whoever has enough hangs up


class Case(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name).resolve()
        self.models = self.folder / "models"
        self.web = Web()
        self.addCleanup(self.web.server_close)
        self.addCleanup(self.web.shutdown)
        self.web.files["birds.ts"] = MODEL
        self.offer(name="birds", file="birds.ts")
        self.configure(self.web.address("index.yaml"))

    def configure(self, catalogue):
        self.config = self.folder / "oscine.yaml"
        self.config.write_text(f"model_folders: [models]\ncatalogue: \"{catalogue}\"\n")

    def offer(self, content=MODEL, where=None, **entry):
        entry = {"sha256": sha256(content), "size": len(content), "licence": "CC0", "about": "Birds in May.", **entry}
        index = json.dumps({"catalogue": 1, "models": [entry]}).encode()
        self.web.files["index.yaml"] = index
        return index

    def oscine(self, *arguments):
        return subprocess.run([OSCINE, *arguments, *([] if arguments[0] == "models" else ["--config"]), self.config],
                              capture_output=True, text=True, timeout=GUARD, cwd=self.folder, check=False)

    def refused(self, result, *words):
        """Exit code 1, and one sentence that holds these words."""
        self.assertEqual(result.returncode, 1, result.stderr + result.stdout)
        self.assertEqual(result.stderr.count("\n"), 1, result.stderr)
        for word in ("oscine: ", *words):
            self.assertIn(str(word), result.stderr)

    def done(self, result):
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        return result.stdout

    def there(self):
        return sorted(path.name for path in self.models.iterdir()) if self.models.is_dir() else []


class Available(Case):
    def test_lists_what_can_be_had(self):
        told = self.done(self.oscine("models", "--available"))
        self.assertRegex(told, r"birds +- +1\.28 MB +CC0 +no +Birds in May\.")
        self.done(self.oscine("fetch", "birds"))
        self.assertRegex(self.done(self.oscine("models", "--available")), "CC0 +yes")

    def test_as_json(self):
        [entry] = json.loads(self.done(self.oscine("models", "--available", "--json")))
        self.assertEqual((entry["name"], entry["size"], entry["here"]), ("birds", len(MODEL), False))
        self.assertEqual(entry["sha256"], sha256(MODEL))

    def test_without_a_catalogue_says_where_to_name_one(self):
        self.configure("")
        self.refused(self.oscine("models", "--available"), "names no catalogue")
        self.config.write_text(f"catalogue: {self.web.address('index.yaml')}\n")
        self.refused(self.oscine("models", "--available"), "names no model_folders")

    def test_where_the_index_cannot_be_had(self):
        self.configure(self.web.address("nothing.yaml"))
        self.refused(self.oscine("models", "--available"), "nothing.yaml: the server says 404")
        self.configure("lost.yaml")
        self.refused(self.oscine("models", "--available"), "there is no file", "lost.yaml")
        self.web.files["index.yaml"] = b"#" * 1100000
        self.configure(self.web.address("index.yaml"))
        self.refused(self.oscine("models", "--available"), "larger than announced")

    def test_where_nobody_serves(self):
        address = self.web.address("index.yaml")
        self.web.shutdown()
        self.web.server_close()
        self.configure(address)
        self.refused(self.oscine("models", "--available"), "connect")

    def test_what_is_no_index(self):
        for entry, words in (
                ({"name": "../../etc/cron", "file": "a.ts"}, "models[0].name"),
                ({"name": "a/b", "file": "a.ts"}, "models[0].name"),
                ({"name": ".profile", "file": "a.ts"}, "does not begin with '.'"),
                ({"name": "a", "file": "a.sh"}, "the address of a model (*.ts"),
                ({"name": "a", "file": "a.ts", "sha256": "abc"}, "64 hex digits"),
                ({"name": "a", "file": "a.ts", "sha256": ""}, "64 hex digits"),
                ({"name": "a", "file": "a.ts", "size": 0}, "from 1 to 17179869184 (bytes)"),
                ({"name": "a", "file": "a.ts", "card": "a.yaml"}, "no card_sha256"),
                ({"name": "a", "file": "a.ts", "licence_": "x"}, "did you mean 'licence'?")):
            self.offer(**entry)
            self.refused(self.oscine("models", "--available"), "index.yaml:1: ", words)
        index = json.loads(self.offer(name="a", file="a.ts"))
        self.web.files["index.yaml"] = json.dumps({**index, "models": index["models"] * 2}).encode()
        self.refused(self.oscine("models", "--available"), "'a' comes a second time")
        self.web.files["index.yaml"] = b"<html>"
        self.refused(self.oscine("models", "--available"), "index.yaml:1: ")

    def test_a_scheme_that_is_not_of_the_web(self):
        self.configure("ftp://somewhere/index.yaml")
        self.refused(self.oscine("models", "--available"), "catalogue is ", "'ftp://somewhere/index.yaml'", "https://")


class Fetch(Case):
    def test_puts_the_model_and_its_card_into_the_folder(self):
        self.web.files["birds.yaml"] = CARD
        self.offer(name="birds", file="birds.ts", card="birds.yaml", card_sha256=sha256(CARD))
        self.assertEqual(self.done(self.oscine("fetch", "birds")), "birds: models/birds.ts, 1.28 MB, CC0\n")
        self.assertEqual(self.there(), ["birds.ts", "birds.yaml"])
        self.assertEqual((self.models / "birds.ts").read_bytes(), MODEL)
        self.assertEqual((self.models / "birds.yaml").read_bytes(), CARD)

    def test_of_what_is_there_asks_for_nothing(self):
        self.done(self.oscine("fetch", "birds"))
        self.web.asked.clear()
        self.assertIn("was there already", self.done(self.oscine("fetch", "birds")))
        self.assertEqual(self.web.asked, [("index.yaml", None)])

    def test_from_an_index_on_disk(self):
        (self.folder / "shared").mkdir()
        (self.folder / "shared" / "birds.ts").write_bytes(MODEL)
        (self.folder / "shared" / "index.yaml").write_bytes(self.offer(name="birds", file="birds.ts"))
        self.configure("shared/index.yaml")
        self.done(self.oscine("fetch", "birds"))
        self.assertEqual((self.models / "birds.ts").read_bytes(), MODEL)
        self.assertEqual(self.web.asked, [])

    def test_of_other_content_keeps_nothing(self):
        self.web.files["birds.ts"] = MODEL[:-1] + b"!"
        self.refused(self.oscine("fetch", "birds"), "birds: ", "is not the file of the catalogue", sha256(MODEL))
        self.assertEqual(self.there(), [])

    def test_of_another_size_keeps_nothing(self):
        self.web.files["birds.ts"] = MODEL + b"more"
        for says_length in (True, False):
            self.web.says_length = says_length
            self.refused(self.oscine("fetch", "birds"), "larger than announced")
            self.assertEqual(self.there(), [])
        self.web.files["birds.ts"] = MODEL[:-1]
        self.refused(self.oscine("fetch", "birds"), f"has {len(MODEL) - 1} bytes; the catalogue says {len(MODEL)}")
        self.assertEqual(self.there(), [])

    def broken_off(self):
        self.web.cut = 500000
        self.refused(self.oscine("fetch", "birds"), "the connection broke off; ask again")
        [part] = self.there()
        self.assertTrue(part.startswith(".birds.ts."), part)
        self.assertEqual((self.models / part).stat().st_size, 500000)
        self.web.asked.clear()

    def test_goes_on_where_it_broke_off(self):
        self.broken_off()
        self.done(self.oscine("fetch", "birds"))
        self.assertEqual(self.web.asked[1:], [("birds.ts", "bytes=500000-")])
        self.assertEqual((self.models / "birds.ts").read_bytes(), MODEL)
        self.assertEqual(self.there(), ["birds.ts"])

    def test_begins_anew_where_the_server_cannot_go_on(self):
        self.broken_off()
        self.web.ranges = False
        self.done(self.oscine("fetch", "birds"))
        self.assertEqual((self.models / "birds.ts").read_bytes(), MODEL)
        self.assertEqual(self.there(), ["birds.ts"])

    def test_begins_anew_where_the_rest_of_another_file_lies(self):
        self.broken_off()
        [part] = self.there()
        (self.models / part).write_bytes(b"x" * 500000)
        self.done(self.oscine("fetch", "birds"))
        self.assertEqual((self.models / "birds.ts").read_bytes(), MODEL)
        (self.models / "birds.ts").unlink()
        (self.models / part).write_bytes(b"x" * (len(MODEL) + 7))
        self.done(self.oscine("fetch", "birds"))
        self.assertEqual((self.models / "birds.ts").read_bytes(), MODEL)

    def test_writes_through_no_link(self):
        self.models.mkdir()
        victim = self.folder / "victim"
        victim.write_text("mine")
        (self.models / f".birds.ts.{sha256(MODEL)[:16]}.part").symlink_to(victim)
        self.refused(self.oscine("fetch", "birds"), "cannot be written")
        self.assertEqual(victim.read_text(), "mine")

    def test_follows_a_redirection_on_the_web_alone(self):
        self.web.moved["old.ts"] = "/birds.ts"
        self.offer(name="birds", file="old.ts")
        self.done(self.oscine("fetch", "birds"))
        self.oscine("remove", "birds")
        for target in ("file:///etc/passwd", "/old.ts"):
            self.web.moved["old.ts"] = target
            self.refused(self.oscine("fetch", "birds"), "old.ts: ")
            self.assertEqual(self.there(), [])

    def test_of_an_address_that_leads_to_this_machine(self):
        for file in ("file:///etc/birds.ts", "ftp://127.0.0.1/birds.ts"):
            self.offer(name="birds", file=file)
            self.refused(self.oscine("fetch", "birds"), file + " is no address that a catalogue on the web may name")

    def test_of_a_file_that_is_gone(self):
        del self.web.files["birds.ts"]
        self.refused(self.oscine("fetch", "birds"), "birds.ts: the server says 404")
        self.assertEqual(self.there(), [])

    def test_of_a_name_that_is_not_there_names_the_nearest(self):
        self.refused(self.oscine("fetch", "brids"), "the catalogue has no 'brids'; did you mean 'birds'?")

    def test_of_several_goes_on_after_one_that_fails(self):
        result = self.oscine("fetch", "brids", "birds")
        self.refused(result, "brids")
        self.assertEqual(self.there(), ["birds.ts"])

    def test_leaves_a_file_of_ones_own_alone(self):
        self.models.mkdir()
        (self.models / "birds.ts").write_text("mine")
        self.refused(self.oscine("fetch", "birds"), "is there, and is not the file of the catalogue; --force")
        self.assertEqual((self.models / "birds.ts").read_text(), "mine")
        self.done(self.oscine("fetch", "birds", "--force"))
        self.assertEqual((self.models / "birds.ts").read_bytes(), MODEL)

    def test_into_a_folder_that_cannot_be_made(self):
        self.models.write_text("a file")
        self.refused(self.oscine("fetch", "birds"), "cannot be written")

    def test_shows_a_bar_on_a_terminal(self):
        ours, theirs = pty.openpty()
        self.web.seen = threading.Event()  # until then the file comes in drops
        with subprocess.Popen([OSCINE, "fetch", "birds", "--config", self.config], cwd=self.folder,
                              stdout=subprocess.DEVNULL, stderr=theirs) as running:
            os.close(theirs)
            shown = b""
            while b"/s" not in shown:
                shown += os.read(ours, 1000)
            self.web.seen.set()
            self.assertEqual(running.wait(GUARD), 0)
        os.close(ours)
        self.assertRegex(shown.decode(), r"\[#*\.+\] +\d+ %, [0-9.]+ [kM]?B/s")
        self.assertEqual((self.models / "birds.ts").read_bytes(), MODEL)


class Remove(Case):
    def test_takes_model_and_card_away(self):
        self.web.files["birds.yaml"] = CARD
        self.offer(name="birds", file="birds.ts", card="birds.yaml", card_sha256=sha256(CARD))
        self.done(self.oscine("fetch", "birds"))
        self.assertEqual(self.done(self.oscine("remove", "birds")), "birds: models/birds.ts is removed\n")
        self.assertEqual(self.there(), [])

    def test_of_what_is_not_there(self):
        self.refused(self.oscine("remove", "birds"), "there is no file", "birds.ts")

    def test_leaves_a_file_of_ones_own_alone(self):
        self.models.mkdir()
        (self.models / "birds.ts").write_text("mine")
        self.refused(self.oscine("remove", "birds"), "is not the file of the catalogue; --force")
        self.assertEqual(self.there(), ["birds.ts"])
        self.done(self.oscine("remove", "birds", "--force"))
        self.assertEqual(self.there(), [])


if __name__ == "__main__":
    OSCINE = os.path.abspath(sys.argv.pop(1))
    unittest.main()
