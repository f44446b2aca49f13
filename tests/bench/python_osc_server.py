#!/usr/bin/env python3
"""What people use today: python-osc in front of torch, in its three fashions. It answers the request of the load client.

  python_osc_server.py MODEL.ts blocking|asyncio|threading INTRA_OP_THREADS     prints its port when it is warm
"""
import asyncio
import sys

import torch
from pythonosc import osc_server
from pythonosc.dispatcher import Dispatcher

HERE = ("127.0.0.1", 0)


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


def say(port):
    print(port, flush=True)


async def serve_asyncio(dispatcher):
    server = osc_server.AsyncIOOSCUDPServer(HERE, dispatcher, asyncio.get_running_loop())
    transport, _ = await server.create_serve_endpoint()
    say(transport.get_extra_info("sockname")[1])
    await asyncio.Event().wait()


def main(file, kind, threads):
    torch.set_num_threads(int(threads))
    torch.set_grad_enabled(False)
    dispatcher = make_dispatcher(file)
    osc_server.OSCUDPServer.max_packet_size = 65535
    if kind == "asyncio":
        asyncio.run(serve_asyncio(dispatcher))
    fashion = {"blocking": osc_server.BlockingOSCUDPServer, "threading": osc_server.ThreadingOSCUDPServer}[kind]
    server = fashion(HERE, dispatcher)
    say(server.server_address[1])
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
