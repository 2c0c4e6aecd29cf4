"""Our server of one game on a free loopback port, which it prints: GAME SESSIONS."""

import asyncio
import sys

from arena_env.server.fast import serve
from openenv_tui.connection.blocking import new_event_loop


async def main(game: str, sessions: int) -> None:
    async with serve(game, port=0, max_sessions=sessions) as port:
        print(port, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        runner.run(main(sys.argv[1], int(sys.argv[2])))
