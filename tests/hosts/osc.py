"""OSC for tests, from the Python standard library alone: int is i, float is f, str is s, bytes are b."""
import select
import socket
import struct
import time

GUARD = 20.0  # seconds; no test waits for time to pass, only for things to happen


def _text(value):
    raw = value.encode()
    return raw + b"\0" * (4 - len(raw) % 4)


def pack(address, *arguments):
    tags, data = ",", b""
    for argument in arguments:
        if isinstance(argument, int):
            tags, data = tags + "i", data + struct.pack(">i", argument)
        elif isinstance(argument, float):
            tags, data = tags + "f", data + struct.pack(">f", argument)
        elif isinstance(argument, bytes):
            padding = b"\0" * (-len(argument) % 4)
            tags, data = tags + "b", data + struct.pack(">i", len(argument)) + argument + padding
        else:
            tags, data = tags + "s", data + _text(argument)
    return _text(address) + _text(tags) + data


def unpack(packet):
    """(address, [arguments])"""
    def text(at):
        end = packet.index(b"\0", at)
        return packet[at:end].decode(), end + 4 - end % 4

    address, at = text(0)
    tags, at = text(at)
    arguments = []
    for tag in tags[1:]:
        if tag == "s":
            value, at = text(at)
        elif tag == "b":
            size = struct.unpack_from(">i", packet, at)[0]
            value, at = packet[at + 4:at + 4 + size], at + 4 + size + -size % 4
        else:
            value = struct.unpack_from(">" + tag, packet, at)[0]
            at += 4
        arguments.append(value)
    return address, arguments


class Peer:
    """A UDP socket of this machine. `short` addresses stand for /oscine/v1/…"""

    def __init__(self, port=0):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", port))
        self.port = self.socket.getsockname()[1]

    def send(self, to_port, address, *arguments):
        if not address.startswith("/"):
            address = "/oscine/v1/" + address
        self.socket.sendto(pack(address, *arguments), ("127.0.0.1", to_port))

    def hear(self, guard=GUARD):
        """The next message, or None when none comes within the guard."""
        ready, _, _ = select.select([self.socket], [], [], guard)
        return unpack(self.socket.recv(65536)) if ready else None

    def hear_until(self, address, guard=GUARD):
        """Messages up to the first of this address."""
        end, heard = time.monotonic() + guard, []
        while not heard or heard[-1][0] != address:
            message = self.hear(max(0.0, end - time.monotonic()))
            if message is None:
                raise AssertionError(f"{address} did not come; heard {heard}")
            heard.append(message)
        return heard

    def ask(self, to_port, address, *arguments):
        """Sends a request, and gives its one answer."""
        self.send(to_port, address, *arguments)
        answer = self.hear()
        if answer is None:
            raise AssertionError(f"{address} {arguments} was not answered")
        return answer

    def close(self):
        self.socket.close()
