"""clients: 64 clients at once, 1000 requests each, every one answered once."""
from figures import tell
from rig import INPUTS, MODEL, Daemon, mlp_config, run_json, tool

CLIENTS, REQUESTS = 64, 1000


def run(figures, _options):
    with Daemon(mlp_config()) as daemon:
        out = run_json([tool("bench_client"), str(daemon.port), "many", str(CLIENTS), str(REQUESTS), MODEL, str(INPUTS)])
    tell(f"clients: {out}")
    figures.add("clients.answered", out["answered"], "requests", CLIENTS * REQUESTS, least=True)
    figures.add("clients.fail answers", out["failed"], "answers", 0)
    figures.add("clients.duplicates beyond resends", max(0, out["duplicates"] - out["resends"]), "answers", 0)
    figures.add("clients.answers to nobody's id", out["strays"], "answers", 0)
    figures.add("clients.resends", out["resends"], "requests")
    figures.add("clients.rate", out["answered"] / out["seconds"], "requests/s")
    for part in ("p50", "p99", "max"):
        figures.add(f"clients.{part}", out[part], "us")
