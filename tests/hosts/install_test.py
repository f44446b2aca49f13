"""What `cmake --install` puts somewhere runs from there: program, engine, configurations, models. The units for systemd and
launchd are well formed, hold no key that their manager would ignore, and start the program with options that it has."""
import os
import plistlib
import re
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

from osc import Peer
from program import OSCINE, ROOT, Child

CMAKE, BUILD = os.environ.get("OSCINE_CMAKE", "cmake"), os.environ.get("OSCINE_BUILD", "")
TORCH = os.environ.get("OSCINE_TORCH", "") in ("1", "ON", "TRUE")
UNITS = {"oscine.service": ("Unit", "Service", "Install"), "oscine.socket": ("Unit", "Socket", "Install")}

# systemd.unit(5), .service(5), .exec(5), .kill(5), .socket(5), .resource-control(5): those that our units may use.
KNOWN = {
    "Unit": "Description Documentation After StartLimitIntervalSec StartLimitBurst",
    "Install": "WantedBy",
    "Socket": "ListenDatagram ListenStream BindIPv6Only ReceiveBuffer SendBuffer",
    "Service": "Type NotifyAccess Environment ExecStart ExecReload KillMode TimeoutStopSec WatchdogSec Restart RestartSec "
               "OOMPolicy LimitRTPRIO LimitNICE LimitMEMLOCK LimitNOFILE DynamicUser StateDirectory LogsDirectory UMask "
               "NoNewPrivileges ProtectSystem ProtectHome PrivateTmp PrivateDevices PrivateUsers ProtectClock "
               "ProtectControlGroups ProtectHostname ProtectKernelLogs ProtectKernelModules ProtectKernelTunables "
               "ProtectProc RemoveIPC RestrictAddressFamilies RestrictNamespaces RestrictSUIDSGID LockPersonality "
               "CapabilityBoundingSet SystemCallArchitectures SystemCallFilter SystemCallErrorNumber",
}


def read_unit(path):
    """[(section, key, value)], as systemd.syntax(7) has it; what is no line of a unit is an AssertionError."""
    out, section = [], None
    for line in Path(path).read_text().splitlines():
        if not line or line[0] in "#;":
            continue
        if head := re.fullmatch(r"\[(\w+)\]", line):
            section = head[1]
            continue
        key = re.fullmatch(r"(\w+)=(.*)", line)
        assert section and key, f"{path}: {line}"
        out.append((section, key[1], key[2]))
    return out


def values(unit, key):
    return [value for _, name, value in unit if name == key]


def install(*arguments, **environment):
    return subprocess.run([CMAKE, "--install", BUILD, "--component", "oscine", *map(str, arguments)], check=True,
                          capture_output=True, text=True, env={**os.environ, **environment}).stdout


class Units(unittest.TestCase):
    def test_every_section_and_key_is_known(self):
        for name, sections in UNITS.items():
            for section, key, _ in read_unit(ROOT / "config/systemd" / name):
                self.assertIn(section, sections, name)
                self.assertIn(key, KNOWN[section].split(), name)

    def test_no_key_stands_twice_but_lists(self):
        for name in UNITS:
            seen = [key for _, key, _ in read_unit(ROOT / "config/systemd" / name) if not key.startswith("Listen")]
            self.assertEqual(len(seen), len(set(seen)), seen)

    def test_the_service_is_watched_started_again_and_hardened(self):
        unit = {key: value for _, key, value in read_unit(ROOT / "config/systemd/oscine.service")}
        self.assertEqual((unit["Type"], unit["Restart"], unit["DynamicUser"]), ("notify", "on-failure", "yes"))
        self.assertGreaterEqual(int(unit["WatchdogSec"]), 2)  # the supervisor tells it four times a second
        for key in "NoNewPrivileges ProtectHome PrivateTmp RestrictNamespaces ProtectKernelTunables".split():
            self.assertEqual(unit[key], "yes", key)
        self.assertEqual(unit["ProtectSystem"], "strict")

    def assert_options_exist(self, words):
        """words: program, command, arguments."""
        self.assertEqual(words[:2], ["/usr/local/bin/oscine", "serve"])
        text = subprocess.run([OSCINE, "serve", "--help"], capture_output=True, text=True, check=True).stdout
        for word in words[2:]:
            if word.startswith("-"):
                self.assertRegex(text, rf"(?m)(^|[ ,]){re.escape(word.split('=')[0])}\b")

    def test_what_they_start_takes_these_arguments(self):
        (line,) = values(read_unit(ROOT / "config/systemd/oscine.service"), "ExecStart")
        self.assert_options_exist(line.split())

    def test_the_socket_unit_holds_the_default_port_for_both_protocols_and_both_families(self):
        unit = read_unit(ROOT / "config/systemd/oscine.socket")
        doors = ["127.0.0.1:7770", "[::1]:7770"]
        self.assertEqual((values(unit, "ListenDatagram"), values(unit, "ListenStream")), (doors, doors))

    def test_the_launchd_agent_is_a_property_list_that_starts_it(self):
        with open(ROOT / "config/launchd/org.oscine.plist", "rb") as file:
            agent = plistlib.load(file)
        self.assert_options_exist(agent["ProgramArguments"])
        self.assertEqual((agent["Label"], agent["RunAtLoad"], agent["KeepAlive"]), ("org.oscine", True, {"SuccessfulExit": False}))


@unittest.skipUnless(BUILD, "needs the folder of the build")
class Installed(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="oscine-install-")
        cls.prefix = Path(cls.folder.name) / "prefix"
        install("--prefix", cls.prefix)
        cls.program = cls.prefix / "bin/oscine"

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def test_it_says_its_version_and_reads_its_own_configuration(self):
        def said(*arguments):
            return subprocess.run([self.program, *arguments], cwd=self.folder.name, capture_output=True, text=True, check=True).stdout
        self.assertRegex(said("--version"), r"^oscine \d")
        self.assertIn("1 model, 1 alias: all is well", said("check"))

    def test_it_serves_its_models_from_any_folder(self):
        child = Child([str(self.program), "serve", "--listen", "0"], "stderr", cwd=self.folder.name)
        self.addCleanup(child.end)
        port = int(child.wait_line("listen", "127.0.0.1:").split("127.0.0.1:")[1].split()[0].strip(","))
        child.wait_line("synth-params is ready" if TORCH else "has no LibTorch")
        peer = Peer()
        self.addCleanup(peer.close)
        self.assertEqual(peer.ask(port, "hello", 1, 0, "installed")[0], "/oscine/v1/hello.reply")
        answer = peer.ask(port, "ask", 2, "synth-params", 0.4, 0.7)
        self.assertEqual(answer[0], "/oscine/v1/result" if TORCH else "/oscine/v1/fail")

    def test_the_units_name_the_prefix_also_where_files_go_elsewhere_first(self):
        folder = "Library/LaunchAgents" if os.uname().sysname == "Darwin" else "lib/systemd/system"
        name = "org.oscine.plist" if os.uname().sysname == "Darwin" else "oscine.service"
        stage = Path(self.folder.name) / "stage"
        install("--prefix", "/opt/oscine", DESTDIR=str(stage))
        text = (stage / "opt/oscine" / folder / name).read_text()
        self.assertIn("/opt/oscine/bin/oscine", text)
        self.assertNotIn("/usr/local", text)
        self.assertIn(str(self.program), (self.prefix / folder / name).read_text())

    @unittest.skipUnless(shutil.which("systemd-analyze"), "needs systemd-analyze")
    def test_systemd_finds_nothing_to_say_against_them(self):
        units = [str(self.prefix / "lib/systemd/system" / name) for name in UNITS]
        checked = subprocess.run(["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True)
        ours = [line for line in (checked.stdout + checked.stderr).splitlines() if "oscine" in line]
        self.assertEqual((ours, checked.returncode), ([], 0), checked.stderr)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "needs systemd-analyze")
    def test_systemd_rates_the_exposure_of_the_service_as_small(self):
        unit = str(self.prefix / "lib/systemd/system/oscine.service")
        rated = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=25", unit],
                               capture_output=True, text=True, env={**os.environ, "SYSTEMD_COLORS": "0"})
        self.assertEqual(rated.returncode, 0, rated.stdout[-400:] + rated.stderr)


if __name__ == "__main__":
    unittest.main()
