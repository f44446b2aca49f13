"""The container of a Max for Live device (.amxd): chunks of a four-letter name, a length (little-endian) and data. `ampf` says what
it is, `meta` a number, `ptch` holds the patch: JSON and a zero where it is not frozen; where it is, `mx@c` and a list of files."""
import json
import struct

KINDS = {"audio": b"aaaa", "midi": b"mmmm", "instrument": b"iiii"}
HEAD = 16  # 'mx@c', its own length, the place of the list


def chunks(data):
    """[(name, data)]; ValueError where it is cut short or has more than it says."""
    found, at = [], 0
    while at < len(data):
        if len(data) - at < 8:
            raise ValueError(f"{len(data) - at} bytes after the last chunk")
        name, size = data[at:at + 4], struct.unpack_from("<I", data, at + 4)[0]
        if len(data) - at - 8 < size:
            raise ValueError(f"chunk {name!r} says {size} bytes and has {len(data) - at - 8}")
        found.append((name, data[at + 8:at + 8 + size]))
        at += 8 + size
    return found


def pack(parts):
    return b"".join(name + struct.pack("<I", len(data)) + data for name, data in parts)


def device(patcher, kind):
    text = (json.dumps(patcher, indent="\t", ensure_ascii=False) + "\n").encode() + b"\0"
    return pack([(b"ampf", KINDS[kind]), (b"meta", struct.pack("<I", 0)), (b"ptch", text)])


def patcher_of(data):
    """The patch of a device that is not frozen."""
    text = dict(chunks(data))[b"ptch"]
    if text[:4] == b"mx@c":
        raise ValueError("the device is frozen: see unfreeze")
    return json.loads(text.rstrip(b"\0"))


def fields(data):
    """The entries of a frozen device's list: name[4], length (big-endian, with its own 8 bytes), data."""
    found, at = [], 0
    while at < len(data):
        size = struct.unpack_from(">I", data, at + 4)[0]
        if size < 8 or size > len(data) - at:
            raise ValueError(f"an entry says {size} bytes and has {len(data) - at}")
        found.append((data[at:at + 4], data[at + 8:at + size]))
        at += size
    return found


def unfreeze(payload):
    """(files, rest) of a frozen patch: files are ([(field, data)], bytes)."""
    head, place = struct.unpack(">IQ", payload[4:HEAD])
    if payload[:4] != b"mx@c" or head != HEAD or payload[place:place + 4] != b"dlst":
        raise ValueError("no frozen patch")
    end = place + struct.unpack_from(">I", payload, place + 4)[0]
    files = []
    for _, entry in fields(payload[place + 8:end]):
        about = fields(entry)
        start, size = (struct.unpack(">I", dict(about)[name])[0] for name in (b"of32", b"sz32"))
        files.append((about, payload[start:start + size]))
    return files, payload[end:]


def freeze(files, rest=b""):
    body, entries = b"", b""
    for about, data in files:
        places = {b"of32": struct.pack(">I", HEAD + len(body)), b"sz32": struct.pack(">I", len(data))}
        entry = b"".join(name + struct.pack(">I", 8 + len(value)) + value for name, value in ((n, places.get(n, v)) for n, v in about))
        entries += b"dire" + struct.pack(">I", 8 + len(entry)) + entry
        body += data
    return b"mx@c" + struct.pack(">IQ", HEAD, HEAD + len(body)) + body + b"dlst" + struct.pack(">I", 8 + len(entries)) + entries + rest
