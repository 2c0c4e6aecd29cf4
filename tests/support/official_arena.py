"""``arena_env.server.app`` on a free loopback port, which is printed."""

from __future__ import annotations

import socket

import uvicorn

from arena_env.server.app import app

if __name__ == "__main__":
    bound = socket.create_server(("127.0.0.1", 0))
    print(bound.getsockname()[1], flush=True)
    uvicorn.Server(uvicorn.Config(app, log_level="critical")).run(sockets=[bound])
