"""What the package promises, and that importing it is free."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

import openenv_tui
from openenv_tui import evaluate, evaluate_async
from openenv_tui.errors import UsageError


def test_the_promised_names_are_these():
    assert openenv_tui.__all__ == [
        "AsyncEnvironment", "Environment", "EpisodeContext", "Evaluation", "GameInfo", "Match",
        "MatchRecord", "Observation", "OpenEnvTuiError", "Outcome", "Policy", "PolicySpec",
        "Progress", "Row", "Seat", "Step", "Table", "Transition", "__version__", "connect",
        "connect_async", "evaluate", "evaluate_async", "play", "play_async",
    ]  # fmt: skip
    assert all(hasattr(openenv_tui, name) for name in openenv_tui.__all__)


def test_importing_the_package_loads_nothing_heavy():
    code = (
        "import sys, openenv_tui; "
        "print([m for m in ('textual', 'pandas', 'scipy', 'pyspiel', 'rich', 'matplotlib', "
        "'jinja2', 'pyarrow') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def leftmost(observation, rng):
    return observation.legal_actions[0]


def test_evaluate_takes_specs_and_objects_and_gives_values_and_a_data_frame():
    evaluation = evaluate("catch", policies=["tracker", leftmost], episodes=30, seed=1)
    assert [row.policy for row in evaluation.rows] == ["tracker", "leftmost"]
    frame = evaluation.to_pandas()
    assert frame.loc[0, "win_rate"] == 1.0
    assert list(frame["policy"]) == ["tracker", "leftmost"]
    assert "win rate" in str(evaluation)
    assert evaluation.folder is None


async def test_evaluate_works_inside_a_running_loop():
    assert evaluate("catch", policies=["tracker"], episodes=5, seed=1).rows[0].wins == 5


async def test_evaluate_async_is_the_same_awaited():
    near = evaluate("catch", policies=["random"], episodes=40, seed=3)
    assert (await evaluate_async("catch", ["random"], episodes=40, seed=3)).rows == near.rows


async def test_a_cancelled_evaluation_stops():
    task = asyncio.create_task(evaluate_async("2048", ["random"], episodes=10**6, seed=1))
    await asyncio.sleep(0.2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_objects_cannot_be_sent_to_worker_processes():
    with pytest.raises(UsageError, match="use jobs=1"):
        evaluate("catch", policies=[leftmost], episodes=5, jobs=2)


def test_a_name_means_the_same_whatever_was_imported_before():
    code = (
        "from openenv_tui import evaluate\n"
        "import openenv_tui.api, openenv_tui.evaluation.runner\n"
        "from openenv_tui import connect, connect_async, play\n"
        "assert all(callable(each) for each in (connect, connect_async, evaluate, play))\n"
        "with connect('local', 'catch') as environment:\n"
        "    assert environment.reset(1).observations\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
