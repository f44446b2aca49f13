"""A daemon for tests of bridges: it speaks the wire, plans notes from a list, and can delay, lose and double what it sends, by a seed."""
import heapq
import random
import select
import socket
import threading
import time

from osc import pack, unpack

PREFIX = "/oscine/v1/"
MARGIN_S = 0.5  # planned events are filled to the playhead, the horizon and this


def notes_of(count, rate, seed=5, numbers=127):
    """Notes at random distances; their velocities number them: (position, duration, pitch, velocity, voice)."""
    dice, at, notes = random.Random(seed), 0, []
    for number in range(count):
        at += dice.randint(rate // 400, rate // 40)
        notes.append((at, dice.randint(10, rate // 20), dice.randint(30, 90), 1 + number % numbers, 1))
    return notes


class Way:
    """How a packet travels: @return the delays (s) of its copies, none when it is lost."""

    def __init__(self, seed, most_s=0.0, loss=0.0, double=0.0, burst_s=0.0):
        self.random, self.most, self.loss, self.double, self.burst = random.Random(seed), most_s, loss, double, burst_s

    def delays(self):
        if self.random.random() < self.loss:
            return []
        copies = 2 if self.random.random() < self.double else 1
        if self.burst:
            return [min(self.random.expovariate(1 / self.burst), self.most) for _ in range(copies)]
        return [self.random.uniform(0, self.most) for _ in range(copies)]


class Session:
    def __init__(self, number, rate):
        self.number, self.rate = number, rate
        self.generation, self.begin, self.next, self.seq = 0, None, 0, 0
        self.kept = {}  # seq: [message, position, when last sent]
        self.playhead = 0
        self.late = (0, 0)


class Planner(threading.Thread):
    """with Planner(notes) as daemon: notes are (position after /play, duration, pitch, velocity, voice).
    `late` may give, for an index, how many seconds after its position it is sent, on purpose. `orders` are (position,
    address, arguments…), said when the playhead has come there; the address "restart" is the end of all sessions."""

    def __init__(self, notes, way=None, horizon_s=0.1, late=None, orders=(), boot=4711):
        super().__init__(daemon=True)
        self.notes, self.way, self.horizon = notes, way or Way(0), horizon_s
        self.late, self.boot, self.heard = late or {}, boot, []
        self.orders, self.restarts, self.told = list(orders), [], set()  # told: (position, velocity)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.sessions, self.queue, self.count, self.over = {}, [], 0, False
        self.done = {}

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.over = True
        self.join(10)
        self.socket.close()

    def run(self):
        while not self.over:
            wait = min(0.05, max(0.0, self.queue[0][0] - time.monotonic())) if self.queue else 0.05
            if select.select([self.socket], [], [], wait)[0]:
                packet, self.peer = self.socket.recvfrom(65536)
                address, arguments = unpack(packet)
                self.take(address.removeprefix(PREFIX), arguments)
            while self.queue and self.queue[0][0] <= time.monotonic():
                _, _, packet, peer = heapq.heappop(self.queue)
                self.socket.sendto(packet, peer)
                address, a = unpack(packet)
                if address == PREFIX + "event":
                    self.told.add((a[3] * 65536 + a[4], int(a[9])))

    def cuts(self):
        """[(position, generation, "play" or "stop")], each that was asked for."""
        return [(int(a[2]) * 65536 + int(a[3]), int(a[4]), word) for word, a in self.heard if word in ("play", "stop")]

    def line(self, cuts=()):
        """[(position, velocity)]: what may sound: from each /play on, up to where a later generation begins. What went out of it (`told`)
        must, unless it was late. @param cuts  [(position, generation)], those of the host, which may never have come here"""
        line, ends = [], [(position, generation) for position, generation, _ in self.cuts()] + list(cuts)
        for begin, generation, word in self.cuts():
            end = min([position for position, later in ends if later > generation], default=1 << 40)
            if word == "play":
                line += [(begin + note[0], note[3]) for note in self.notes if begin + note[0] < end]
        return line

    def restart(self, now):
        """As when the serving process was killed: nothing on its way arrives, no session is known, the new one says so."""
        self.restarts.append((now, [dict(one.kept) for one in self.sessions.values()]))
        self.boot, self.sessions, self.queue, self.done = self.boot + 1, {}, [], {}
        self.say("restarted", self.boot)

    def say(self, address, *arguments, more=0.0):
        packet = pack(PREFIX + address, *arguments)
        for delay in self.way.delays():
            self.count += 1
            heapq.heappush(self.queue, (time.monotonic() + delay + more, self.count, packet, self.peer))

    def take(self, address, a):
        if address == "hello":
            self.say("hello.reply", int(a[0]), 7, self.boot, 0, "0.1.0", 30, 99)
        elif address == "ping":
            self.say("pong", int(a[0]), 0, 0, 0, 0)
        elif address == "playhead":
            self.fill(a)
        elif address == "late" and int(a[0]) in self.sessions:
            self.sessions[int(a[0])].late = (int(a[1]), int(a[2]))
        elif (int(a[0]), address) in self.done:
            self.say(*self.done[int(a[0]), address])
        else:
            self.heard.append((address, a))
            answer = self.request(address, a)
            self.done[int(a[0]), address] = answer
            self.say(*answer)

    def request(self, address, a):
        number = int(a[0])
        if address == "open":
            session = Session(self.boot + len(self.sessions), float(a[3]))
            self.sessions[session.number] = session
            return "opened", number, session.number, 0, 0, 1, 0, 1, 0.0
        session = self.sessions.get(int(a[1]))
        if session is None:
            return "fail", number, PREFIX + address, 410, "the session is no more"
        if address in ("play", "stop"):
            position, generation = int(a[2]) * 65536 + int(a[3]), int(a[4])
            if generation <= session.generation:
                return "fail", number, PREFIX + address, 409, "the generation is not higher"
            session.generation = generation
            session.begin, session.next = (position, 0) if address == "play" else (None, 0)
        return "done", number, PREFIX + address

    def fill(self, a):
        session = self.sessions.get(int(a[0]))
        if session is None:
            self.say("fail", 0, PREFIX + "playhead", 410, "the session is no more")
            return
        now, rate, seen = int(a[1]) * 65536 + int(a[2]), float(a[4]), int(a[3])
        session.playhead = now
        while self.orders and self.orders[0][0] <= now:
            _, address, *arguments = self.orders.pop(0)
            if address == "restart":
                self.restart(now)
                return
            self.socket.sendto(pack(address, *arguments), self.peer)
        while session.begin is not None and session.next < len(self.notes):
            at, duration, pitch, velocity, voice = self.notes[session.next]
            position, behind = session.begin + at, self.late.get(session.next)
            if position > now + (self.horizon + MARGIN_S) * rate:
                break
            session.seq, session.next = session.seq + 1, session.next + 1
            message = ("event", session.number, session.seq, session.generation, position >> 16, position & 65535, 1, duration,
                       "note", float(pitch), float(velocity), int(voice))
            session.kept[session.seq] = [message, position, time.monotonic()]
            self.say(*message, more=0.0 if behind is None else (position - now) / rate + behind)
        self.again(session, now, seen)

    def again(self, session, now, seen):
        for seq in [one for one in session.kept if one <= seen]:
            del session.kept[seq]
        for kept in session.kept.values():
            if kept[1] > now and (kept[0][2] - 1) not in self.late and time.monotonic() - kept[2] > 0.1:
                kept[2] = time.monotonic()
                self.say(*kept[0])
