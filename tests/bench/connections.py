"""connections: 5000 idle TCP connections, and what they cost a daemon that serves others meanwhile."""
import resource
import socket
import struct

from figures import percentile
from memory import resident_mib
from rig import SCRATCH, BenchError, Daemon, ask, mlp_config

COUNT = 5000
SPARE = 200  # descriptors of our own
IDLE_BAR_KIB = 4  # each, beside what the kernel holds


def pad(raw):
    return raw + b"\0" * (4 - len(raw) % 4)


def ping(number):
    packet = pad(b"/oscine/v1/ping") + pad(b",iii") + struct.pack(">iii", number, 0, 0)
    return struct.pack(">i", len(packet)) + packet


def config():
    file = SCRATCH / "connections.yaml"
    file.write_text(mlp_config().read_text(encoding="utf-8") + f"limits: {{tcp_connections: {COUNT + 1}, clients: {2 * COUNT}}}\n",
                    encoding="utf-8")
    return file


def open_all(port):
    out = []
    for number in range(COUNT):
        out.append(socket.create_connection(("127.0.0.1", port), timeout=10))
        out[-1].sendall(ping(number))
        if not out[-1].recv(4096):
            raise BenchError(f"connection {number + 1} was closed")
    return out


def run(figures, _options):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < COUNT + SPARE:
        raise BenchError(f"{COUNT} connections need as many descriptors; the system allows {hard} (ulimit -Hn)")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, COUNT + SPARE), hard))
    with Daemon(config()) as daemon:
        ask(daemon.port, "paced", 200, 2000)
        alone = ask(daemon.port, "paced", 500, 2000)
        before = resident_mib(daemon.pid)
        connections = open_all(daemon.port)
        after = resident_mib(daemon.pid)
        beside = ask(daemon.port, "paced", 500, 2000)
        for one in connections:
            one.close()
    figures.add("connections.open", len(connections), "connections", COUNT, least=True)
    figures.add("connections.resident, each", 1024 * (after - before) / COUNT, "KiB", IDLE_BAR_KIB, spread=(before, after))
    figures.add("connections.p50 of others, before", percentile(alone, 0.5), "us")
    figures.add("connections.p50 of others, beside", percentile(beside, 0.5), "us")
