"""The script of [oscine] in a real node, with its `max-api` stood in for: messages in, what leaves its outlet and what is posted."""
import json
import os
import queue
import shutil
import subprocess
import time

from osc import GUARD
from program import ROOT, Child

SCRIPTS = ROOT / "clients/max/javascript"
NODE = shutil.which("node") or shutil.which("nodejs")
WITHOUT_NODE = "node (Debian's package nodejs) is not installed"


class MaxNode(Child):
    """with MaxNode(port, "name") as patch: patch.send("status"); patch.hear("status")"""

    def __init__(self, port, name="max", way="udp", host="127.0.0.1", **environment):
        line = [NODE, str(SCRIPTS / "oscine-node.js"), host, str(port), name, way]
        super().__init__(line, "stdout", stdin=subprocess.PIPE, env={**os.environ, **environment, "NODE_PATH": str(ROOT / "tests/hosts/max")})
        self.posted, self.passed = [], []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        """As when the patch is closed: the script says goodbye and ends."""
        try:
            self.process.stdin.close()
            self.process.wait(timeout=GUARD)
        finally:
            self.end()

    def send(self, *words):
        self.process.stdin.write(json.dumps(words) + "\n")
        self.process.stdin.flush()

    def hear(self, *words, guard=GUARD):
        """The next message from the outlet that begins with these words. What came before is in `passed`."""
        end = time.monotonic() + guard
        self.passed = []
        while True:
            try:
                line = self.lines.get(timeout=max(0.0, end - time.monotonic()))
            except queue.Empty:
                line = None
            if line is None:
                raise AssertionError(f"{words} did not come; there was {self.passed}, posted {self.posted}")
            kind, *message = json.loads(line)
            if kind == "post":
                self.posted.append(message)
                continue
            if message[:len(words)] == list(words):
                return message
            self.passed.append(message)

    def ask(self, message, *words):
        self.send(*message)
        return self.hear(*words)
