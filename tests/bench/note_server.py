#!/usr/bin/env python3
"""What people write today: python-osc, and a loop that sleeps until each note is due.

  note_server.py SEED COUNT RATE     prints its port; after /begin it sends /note NUMBER, each at its time
"""
import sys
import threading
import time

from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_message_builder import OscMessageBuilder
from pythonosc.osc_server import BlockingOSCUDPServer


def main(seed, count, rate):
    from arrivals import notes_of
    notes, begun = notes_of(seed, count, rate), threading.Event()

    def play(host):
        began = time.perf_counter()
        for number, at in enumerate(notes):
            time.sleep(max(0.0, began + at / rate - time.perf_counter()))
            message = OscMessageBuilder("/note")
            message.add_arg(float(number))
            server.socket.sendto(message.build().dgram, host)

    def begin(host, _address, *_arguments):
        if not begun.is_set():  # it is asked again and again: UDP
            begun.set()
            threading.Thread(target=play, args=(host,), daemon=True).start()

    dispatcher = Dispatcher()
    dispatcher.map("/begin", begin, needs_reply_address=True)
    server = BlockingOSCUDPServer(("127.0.0.1", 0), dispatcher)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
