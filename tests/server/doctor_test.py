"""`oscine doctor`, run as a person runs it: python doctor_test.py PATH_OF_OSCINE. Standard library alone."""
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/hosts"))
OSCINE = os.environ["OSCINE"] = sys.argv.pop(1)
from program import Program, fake  # noqa: E402  (OSCINE names the program)

ECHO = "models:\n" + fake("echo")


class Doctor(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.config = Path(folder.name).resolve() / "c.yaml"

    def run_it(self, text, *arguments, **options):
        self.config.write_text(text)
        return subprocess.run([OSCINE, "doctor", str(self.config), *arguments], capture_output=True, text=True, timeout=60,
                              **options)

    def findings(self, text, code=0, **options):
        """{topic: [finding]}"""
        result = self.run_it(text, "--json", **options)
        self.assertEqual((result.returncode, result.stderr), (code, ""), result.stdout)
        out = {}
        for one in json.loads(result.stdout):
            self.assertEqual(set(one), {"topic", "verdict", "text", "advice"})
            self.assertEqual(one["verdict"] == "ok", one["advice"] == "", one)
            out.setdefault(one["topic"], []).append(one)
        return out

    def test_a_machine_that_can_serve_leaves_with_0_and_every_topic_is_looked_at(self):
        found = self.findings("listen: 0\n" + ECHO)
        self.assertLessEqual({"config", "ports", "engine", "models", "hosts", "memory", "descriptors"}, set(found))
        self.assertEqual([one["text"].split()[0].rstrip(":") for one in found["hosts"]], ["Max", "Pure", "SuperCollider"])

    def test_lines_are_for_people_and_the_last_one_sums_up(self):
        result = self.run_it("listen: 0\n" + ECHO)
        self.assertRegex(result.stdout, r"(?m)^  ok    .*c\.yaml is read$")
        self.assertRegex(result.stdout.splitlines()[-1], r"^(all is well|it will serve; \d+ could be better)$")

    def test_a_port_that_another_program_holds_is_a_failure_that_names_it(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
            held.bind(("127.0.0.1", 0))
            port = held.getsockname()[1]
            (one,) = self.findings(f"listen: '127.0.0.1:{port}'\n" + ECHO, code=1)["ports"]
        self.assertEqual(one["verdict"], "fail")
        self.assertIn(f"port {port} is in use", one["text"])
        self.assertIn("listen: ", one["advice"])
        if Path("/proc/net/udp").exists():
            self.assertIn(f"(pid {os.getpid()})", one["advice"])

    def test_a_port_that_oscine_has_is_well(self):
        with Program(ECHO) as running:
            (one,) = self.findings(f"listen: {running.port}\n" + ECHO)["ports"]
        self.assertRegex(one["text"], rf"^oscine \S+ is running on port {running.port}$")

    def test_a_model_without_its_file_and_a_folder_that_is_gone_are_said(self):
        found = self.findings("listen: 0\nmodel_folders: [nowhere]\nmodels:\n"
                              "  lost: {kind: params, engine: fake, file: lost.ts, inputs: 1, outputs: 1}\n", code=1)
        self.assertIn("lost: there is no file", found["models"][0]["text"])
        self.assertEqual((found["models"][0]["verdict"], found["folders"][0]["verdict"]), ("fail", "warn"))

    def test_an_engine_that_is_not_there_fails_only_where_a_model_needs_it(self):
        nowhere = {**os.environ, "OSCINE_ENGINE_PATH": str(self.config.parent)}
        self.assertEqual(self.findings("listen: 0\n" + ECHO, env=nowhere)["engine"][0]["verdict"], "warn")
        torch = "listen: 0\nmodels:\n  m: {kind: params, file: m.ts, inputs: 1, outputs: 1}\n"
        self.assertEqual(self.findings(torch, code=1, env=nowhere)["engine"][0]["verdict"], "fail")

    def test_a_broken_configuration_is_its_sentence_and_the_system_is_looked_at_all_the_same(self):
        found = self.findings("modells: {}\n", code=1)
        self.assertIn("did you mean 'models'?", found["config"][0]["text"])
        self.assertIn("descriptors", found)

    def test_few_descriptors_are_a_warning_with_how_many_are_enough(self):
        found = self.findings("listen: 0\nlimits: {tcp_connections: 256}\n" + ECHO,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100)))
        self.assertEqual((found["descriptors"][0]["verdict"], "ulimit -n 320" in found["descriptors"][0]["advice"]), ("warn", True))

    def test_memory_that_is_to_be_locked_and_may_not_is_a_warning(self):
        found = self.findings("listen: 0\nlock_memory: true\n" + ECHO,
                              preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_MEMLOCK, (65536, 65536)))
        self.assertEqual(found["memory"][0]["verdict"], "warn")


if __name__ == "__main__":
    unittest.main()
