"""The figures as a monitoring system reads them: by HTTP, in the text form of Prometheus. The fake engine; no LibTorch."""
import re
import signal
import socket
import unittest
import urllib.error
import urllib.request
from pathlib import Path

from osc import GUARD, Peer
from program import ROOT, Program, fake

CONFIG = "metrics: {listen: 0}\nmodels:\n" + fake("sum") + fake("fail", "throw", ", when: 0.25")
SAMPLE = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)')
LABEL = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(?:,|$)')


def parse(text):
    """({(name, labels): value}, {name: type}); what is no exposition is an AssertionError."""
    samples, types = {}, {}
    for line in text.splitlines():
        if line.startswith("# TYPE "):
            _, _, name, kind = line.split()
            types[name] = kind
        elif not line.startswith("#"):
            found = SAMPLE.fullmatch(line)
            assert found, line
            samples[found[1], tuple(LABEL.findall(found[2] or ""))] = float(found[3])
    return samples, types


def fetch(url):
    with urllib.request.urlopen(url, timeout=GUARD) as answer:
        assert answer.headers["Content-Type"].startswith("text/plain"), answer.headers
        return parse(answer.read().decode())


class Metrics(unittest.TestCase):
    def setUp(self):
        self.oscine = Program(CONFIG)
        self.oscine.__enter__()
        self.addCleanup(self.oscine.__exit__)
        self.url = "http" + self.oscine.wait_line("metrics: http").split("metrics: http")[1]
        self.peer = Peer()
        self.addCleanup(self.peer.close)
        self.peer.ask(self.oscine.port, "hello", 1, 0, "metrics")

    def test_counts_what_was_asked_refused_and_failed(self):
        for n in range(20):
            self.assertEqual(self.peer.ask(self.oscine.port, "ask", 10 + n, "sum", 0.5, 0.25)[0], "/oscine/v1/result")
        for n in range(3):
            self.assertEqual(self.peer.ask(self.oscine.port, "ask", 40 + n, "fail", 0.25, 0.5)[0], "/oscine/v1/fail")
        samples, types = fetch(self.url)
        calls, failures = "oscine_model_calls_total", "oscine_model_failures_total"
        self.assertEqual(samples["oscine_up", ()], 1)
        self.assertEqual(samples[calls, (("model", "sum"),)], 20)
        self.assertEqual(samples[failures, (("model", "sum"),)], 0)
        self.assertEqual(samples[failures, (("model", "fail"),)], 3)
        self.assertEqual(samples["oscine_requests_failed_total", ()], 3)
        self.assertGreaterEqual(samples["oscine_requests_total", ()], 24)
        self.assertGreaterEqual(samples["oscine_packets_total", ()], 24)
        self.assertEqual(samples["oscine_model_ready", (("model", "sum"), ("kind", "params"))], 1)
        self.assertEqual((types["oscine_request_seconds"], types[calls], types["oscine_clients"]), ("histogram", "counter", "gauge"))

    def test_its_histograms_add_up(self):
        for n in range(5):
            self.peer.ask(self.oscine.port, "ask", 10 + n, "sum", 0.5, 0.25)
        samples, types = fetch(self.url)
        for name in (name for name, kind in types.items() if kind == "histogram" and name.startswith("oscine")):
            series = {}
            for (sample, labels), value in samples.items():
                if sample == name + "_bucket":
                    rest = tuple(label for label in labels if label[0] != "le")
                    series.setdefault(rest, []).append((float(dict(labels)["le"]), value))
            self.assertTrue(series, name)
            for labels, buckets in series.items():
                counts = [count for _, count in sorted(buckets)]
                self.assertEqual(counts, sorted(counts))
                self.assertEqual(sorted(buckets)[-1], (float("inf"), samples[name + "_count", labels]))

    def test_every_figure_stands_in_the_page_and_the_page_invents_none(self):
        _, types = fetch(self.url)
        ours = {name for name in types if not name.startswith("exposer_")}
        page = (ROOT / "docs/running.md").read_text()
        written = set(re.findall(r"(?m)^\| `((?:oscine|process)_\w+)`", page))
        self.assertEqual(ours, written)

    def test_nothing_else_is_served_there(self):
        for path in ("/", "/metrics/../../../etc/passwd", "/etc/passwd"):
            with self.assertRaises(urllib.error.HTTPError) as refused:
                urllib.request.urlopen(self.url.replace("/metrics", path), timeout=GUARD)
            self.assertIn(refused.exception.code, (400, 403, 404), path)

    def test_is_reached_from_this_machine_only(self):
        self.assertTrue(self.url.startswith("http://127.0.0.1:"), self.url)
        port = int(self.url.split(":")[2].split("/")[0])
        with socket.socket() as other:  # a wildcard socket would hold every address; 127.0.0.2 is free
            if not Path("/proc/self").exists():
                self.skipTest("only Linux has all of 127.0.0.0/8")
            other.bind(("127.0.0.2", port))

    def test_callers_that_say_nothing_keep_nobody_waiting(self):
        port = int(self.url.split(":")[2].split("/")[0])
        idle = [socket.create_connection(("127.0.0.1", port), timeout=GUARD) for _ in range(8)]
        try:
            for n in range(20):
                self.assertEqual(self.peer.ask(self.oscine.port, "ask", 10 + n, "sum", 0.5, 0.25)[0], "/oscine/v1/result")
        finally:
            for one in idle:
                one.close()

    def test_it_stops_in_peace_while_it_is_read(self):
        fetch(self.url)
        self.oscine.signal(signal.SIGTERM)
        self.assertEqual(self.oscine.wait(), 0)


class Without(unittest.TestCase):
    def test_a_port_that_is_taken_is_a_warning_and_it_serves(self):
        with socket.socket() as held:
            held.bind(("127.0.0.1", 0))
            held.listen()
            port = held.getsockname()[1]
            with Program(f"metrics: {{listen: {port}}}\nmodels:\n" + fake("sum")) as oscine:
                oscine.wait_line(f"the metrics are not served: port {port} cannot be opened on 127.0.0.1")
                peer = Peer()
                self.addCleanup(peer.close)
                self.assertEqual(peer.ask(oscine.port, "ask", 1, "sum", 0.5, 0.25)[0], "/oscine/v1/result")


if __name__ == "__main__":
    unittest.main()
