"""memory: what the serving process holds (resident set), at each stage of its life."""
import subprocess

from rig import INPUTS, MODEL, SCRATCH, Daemon, mlp_config, run_json, tool

CLIENTS, REQUESTS = 8, 12500


def resident_mib(pid):
    told = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=True)
    return int(told.stdout) / 1024


def run(figures, _options):
    config = mlp_config()
    bare = SCRATCH / "nothing.yaml"
    bare.write_text("# nothing is served: LibTorch is not loaded\n", encoding="utf-8")
    with Daemon(bare, model=None) as daemon:
        figures.add("memory.started, no model", resident_mib(daemon.pid), "MiB")
    with Daemon(config) as daemon:
        ready = resident_mib(daemon.pid)
        figures.add("memory.ready", ready, "MiB")
        run_json([tool("bench_client"), str(daemon.port), "many", str(CLIENTS), str(REQUESTS), MODEL, str(INPUTS)])
        after = resident_mib(daemon.pid)
        figures.add("memory.after 100000 requests", after, "MiB")
        figures.add("memory.growth over 100000 requests", after - ready, "MiB")
