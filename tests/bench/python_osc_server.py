#!/usr/bin/env python3
"""What people use today: python-osc in front of torch, in its three fashions. It answers the requests of the load clients.

  python_osc_server.py MODEL.ts blocking|asyncio|threading INTRA_OP_THREADS [EAR.json | RAVE.ts]
prints its port when it is warm

With EAR.json it hears: each /audio is one window of sound, answered with the number of its best class. With RAVE.ts each is
a block of sound, answered with what the model makes of it.
"""
import asyncio
import json
import socket
import sys
import threading
import time
from pathlib import Path

import numpy as np
import torch
from pythonosc import osc_server
from pythonosc.dispatcher import Dispatcher

from log_mel import LogMel

HERE = ("127.0.0.1", 0)
RECEIVE_BUFFER = 4 << 20  # sixteen windows at once are more than the system's own choice holds
ACTIVATIONS = {"none": lambda x: x, "sigmoid": torch.sigmoid, "softmax": lambda x: torch.softmax(x, -1)}


def make_dispatcher(file):
    model = torch.jit.load(file).eval()

    def answer(_address, request, _name, *inputs):
        with torch.inference_mode():
            outputs = model(torch.tensor([inputs])).tolist()[0]
        return ("/oscine/v1/result", request, 0, 0, 0, *outputs)

    for _ in range(50):
        answer("", 0, "", 0.1, 0.2, 0.3, 0.4)
    dispatcher = Dispatcher()
    dispatcher.map("/oscine/v1/ask", answer)
    return dispatcher


def quick(file, example):
    """The script frozen, or optimized for inference, whichever is quicker here."""
    models = [torch.jit.freeze(torch.jit.load(file).eval()) for _ in range(2)]
    models[1] = torch.jit.optimize_for_inference(models[1])
    times = [[], []]
    for _ in range(40):
        for model, its_times in zip(models, times):
            began = time.thread_time()
            model(example)
            its_times.append(time.thread_time() - began)
    return min(zip(models, times), key=lambda one: sorted(one[1][10:])[15])[0]


def make_ear_dispatcher(file, ear):
    mels = ear["frontEnd"]["kind"] == "log-mel"
    front_end = LogMel(ear["frontEnd"], ear["modelRate"]) if mels else torch.Tensor.clone
    activate = ACTIVATIONS[ear["activation"]]
    with torch.inference_mode():
        model = quick(file, torch.zeros(ear["shape"]))

    def hear(_address, session, seq, _hi, _lo, _channels, _format, blob):
        samples = torch.from_numpy(np.frombuffer(blob, "<i2")[:ear["window"]].astype(np.float32) / 32768)
        with torch.inference_mode():
            frames = front_end(samples)
            scores = activate(model((frames.T if ear["turned"] else frames).reshape(ear["shape"])))
            score, index = scores.reshape(-1).max(0)
        return ("/oscine/v1/event", session, seq, int(index), float(score))

    for _ in range(20):
        hear("", 0, 0, 0, 0, 1, "s16le", bytes(2 * ear["window"]))
    dispatcher = Dispatcher()
    dispatcher.map("/oscine/v1/audio", hear)
    return dispatcher


def add_rave(dispatcher, file):
    """Sound in, sound out; one block at a time, as the model remembers."""
    model, alone = torch.jit.load(file).eval(), threading.Lock()

    def stream(_address, session, seq, hi, lo, channels, form, blob):
        sound = torch.frombuffer(bytearray(blob), dtype=torch.float32).reshape(1, 1, -1)
        with alone, torch.inference_mode():
            out = model(sound)
        return ("/oscine/v1/audio", session, seq, hi, lo, channels, form, out.numpy().tobytes())

    for _ in range(6):
        stream("", 0, 0, 0, 0, 1, "f32le", bytes(8192))
    dispatcher.map("/oscine/v1/audio", stream)


def ready(its_socket):
    """Prints the port."""
    its_socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    print(its_socket.getsockname()[1], flush=True)


async def serve_asyncio(dispatcher):
    server = osc_server.AsyncIOOSCUDPServer(HERE, dispatcher, asyncio.get_running_loop())
    transport, _ = await server.create_serve_endpoint()
    ready(transport.get_extra_info("socket"))
    await asyncio.Event().wait()


def main(file, kind, threads, more=None):
    rave = more if more and more.endswith(".ts") else None
    ear = more if not rave else None
    torch.set_num_threads(int(threads))
    torch.set_grad_enabled(False)
    dispatcher = make_ear_dispatcher(file, json.loads(Path(ear).read_text("utf-8"))) if ear else make_dispatcher(file)
    if rave:
        add_rave(dispatcher, rave)
    osc_server.OSCUDPServer.max_packet_size = 65535
    if kind == "asyncio":
        asyncio.run(serve_asyncio(dispatcher))
    fashion = {"blocking": osc_server.BlockingOSCUDPServer, "threading": osc_server.ThreadingOSCUDPServer}[kind]
    server = fashion(HERE, dispatcher)
    ready(server.socket)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
