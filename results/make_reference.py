"""Makes the reference runs: one for each of the six games, a tournament for each game for two.

    python results/make_reference.py [NAME ...]      all of them, if none is named

Each run's ``manifest.json`` names its own command, which is one of these.
"""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path("results/reference")
COMMANDS = {
    "catch": "eval catch -p random -p stay -p 'epsilon_greedy(base=tracker,epsilon=0.3)' "
    "-p tracker -n 1000",
    "2048": "eval 2048 -p random -p first -p expectimax -n 50 --jobs 2",
    "blackjack": "eval blackjack -p random -p last -p basic_strategy -n 3000",
    "cliff_walking": "eval cliff_walking -p random -p minimax -p cliff_walker -n 500",
    "tic_tac_toe": "eval tic_tac_toe -p random -p 'mcts(simulations=100)' -p minimax -p tactician "
    "-n 1000",
    "kuhn_poker": "eval kuhn_poker -p random -p first -p kuhn_equilibrium -n 1000",
    "tic_tac_toe-tournament": "tournament tic_tac_toe -p random -p first "
    "-p 'mcts(simulations=20)' -p tactician -p minimax -n 400",
    "kuhn_poker-tournament": "tournament kuhn_poker -p random -p first -p 'always(action=Bet)' "
    "-p kuhn_equilibrium -p cfr -n 1000",
}


def make(name: str) -> None:
    """Make one run anew, and for a tournament its report."""
    folder = HERE / name
    shutil.rmtree(folder, ignore_errors=True)
    program = [sys.executable, "-m", "openenv_tui"]
    options = ["--seed", "1", "--plain", "--out", str(folder)]
    subprocess.run([*program, *shlex.split(COMMANDS[name]), *options], check=True)
    if name.endswith("-tournament"):
        subprocess.run([*program, "report", str(folder)], check=True)


def main() -> None:
    """Make those that are named, or all."""
    unknown = [name for name in sys.argv[1:] if name not in COMMANDS]
    if unknown:
        sys.exit(f"no reference run is called {unknown[0]}; there are {', '.join(COMMANDS)}")
    for name in sys.argv[1:] or COMMANDS:
        print(f"== {name}", file=sys.stderr, flush=True)
        make(name)


if __name__ == "__main__":
    main()
