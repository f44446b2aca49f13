"""What the Max scripts do by themselves, in node: OSC against the golden packets, then every tests/hosts/max/*.test.js."""
import json
import os
import subprocess
import unittest

from maxnode import NODE, SCRIPTS, WITHOUT_NODE
from osc import pack, unpack
from planner import notes_of
from program import ROOT, skip

DECODE = """
const { decode, encode, Float } = require(process.argv[1]), fs = require("fs");
for (const line of fs.readFileSync(0, "utf8").split("\\n").filter(Boolean)) {
  const told = decode(Buffer.from(line, "hex"));
  const args = told.args.map((a) => (a instanceof Uint8Array ? { blob: Buffer.from(a).toString("hex") } : a));
  console.log(JSON.stringify([told.address, args]));
}
"""


def plain(value):
    return {"blob": value.hex()} if isinstance(value, bytes) else value


class Logic(unittest.TestCase):
    def test_golden_packets_are_read_as_python_reads_them(self):
        packets = [file.read_bytes() for file in sorted((ROOT / "tests/golden").glob("*.osc"))]
        packets = [packet for packet in packets if packet[:1] == b"/" and set(tags(packet)) <= set("ifsb")]
        self.assertGreater(len(packets), 40)
        done = subprocess.run([NODE, "-e", DECODE, str(SCRIPTS / "oscine-osc.js")], input="\n".join(packet.hex() for packet in packets),
                              capture_output=True, text=True, check=True)
        for packet, line in zip(packets, done.stdout.splitlines(), strict=True):
            address, arguments = unpack(packet)
            self.assertEqual(json.loads(line), json.loads(json.dumps([address, [plain(value) for value in arguments]])))

    def test_messages_are_written_as_python_writes_them(self):
        rows = [["/synth/update", 0.5, 1, "größe", -7, 2147483647, 2147483648.0], ["/a"], ["/abc", ""], ["/abcd", "abcd", 1.25]]
        write = "const {encode} = require(process.argv[1]); for (const [a, ...r] of JSON.parse(process.argv[2])) console.log(Buffer.from(encode(a, r)).toString('hex'))"
        done = subprocess.run([NODE, "-e", write, str(SCRIPTS / "oscine-osc.js"), json.dumps(rows)], capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout.split(), [pack(*row).hex() for row in rows])

    def test_every_test_in_javascript_passes(self):
        files = sorted((ROOT / "tests/hosts/max").glob("*.test.js"))
        notes = {f"Pd at {rate} Hz": notes_of(count, rate) for count, rate in ((300, 48000), (100, 44100), (100, 96000))}
        notes["SuperCollider"] = notes_of(300, 48000, numbers=1000)
        done = subprocess.run([NODE, "--test", *map(str, files)], capture_output=True, text=True, check=False,
                              env={**os.environ, "OSCINE_NOTES": json.dumps(notes)})
        self.assertEqual(done.returncode, 0, done.stdout[-8000:] + done.stderr)


def tags(packet):
    start = packet.index(b"\0")
    start += 4 - start % 4
    return packet[start + 1:packet.index(b"\0", start)].decode() if packet[start:start + 1] == b"," else "?"


if __name__ == "__main__":
    if not NODE:
        skip(WITHOUT_NODE)
    unittest.main(verbosity=2)
