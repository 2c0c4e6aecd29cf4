"""Stored games: listed, played again move by move, their turning points, and files of them."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree

import pytest

from arena_env.arena import Arena
from openenv_tui.errors import UsageError
from openenv_tui.evaluation.plan import Plan
from openenv_tui.evaluation.replays.files import export
from openenv_tui.evaluation.replays.listing import as_lines, listing
from openenv_tui.evaluation.replays.scenes import scene, scenes, text
from openenv_tui.evaluation.replays.stored import Run, rebuilt
from openenv_tui.evaluation.replays.turning import turning_point
from openenv_tui.evaluation.runner import run_plan

SVG = "{http://www.w3.org/2000/svg}"
GAMES = ["catch", "2048", "blackjack", "cliff_walking", "tic_tac_toe", "kuhn_poker",
         "goofspiel(num_cards=3)", "pig(horizon=30)"]  # fmt: skip


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """Small runs, made once for each game."""
    found = {}

    def get(game):
        if game not in found:
            place = tmp_path_factory.mktemp("run") / "small"
            plan = Plan(game, policies=("random", "first"), episodes=6, seed=5)
            run_plan(plan, place)
            found[game] = Run.read(place)
        return found[game]

    return get


def test_games_are_listed_by_how_they_ended(stored):
    run = stored("tic_tac_toe")
    parts = [listing(run, 0, kind).total for kind in ("wins", "draws", "losses")]
    assert sum(parts) == listing(run, 0).total == 6
    assert {game.outcome for game in listing(run, 0, "losses").games} <= {"lost"}
    assert listing(run, 0, "forfeits").games == ()


def test_a_list_says_what_it_leaves_out(stored):
    found = listing(stored("catch"), 1, most=2)
    assert [game.name for game in found.games] == ["1:0", "1:1"]
    assert as_lines(found).endswith("and 4 more")


@pytest.mark.parametrize("game", GAMES)
def test_a_game_goes_from_its_start_to_its_stored_end(stored, game):
    replayed = stored(game).replayed(0, 1)
    seat, last = replayed.stored.seat, replayed.plies[-1]
    assert [ply.number for ply in replayed.plies] == list(range(len(replayed.plies)))
    assert last.acting == ()
    assert last.seen[seat].return_so_far == replayed.stored.total


@pytest.mark.parametrize("game", GAMES)
def test_the_engine_is_brought_to_any_moment_and_goes_on_the_same(stored, game):
    replayed = stored(game).replayed(0, 0)
    half = replayed.plies[replayed.last // 2]
    arena = Arena(replayed.game.info.name)
    step = rebuilt(arena, replayed.stored, half)
    assert tuple(seen.player for seen in step.observations) == half.acting
    for player, seen in enumerate(half.seen):
        assert arena.observe(player).text == seen.text
    actions = replayed.stored.actions
    while step.ending is None:
        at = step.observations[0].ply
        turn = step.observations
        simultaneous = len(turn) > 1
        step = arena.step([actions[at + (seen.player if simultaneous else 0)] for seen in turn])
    assert step.ending.history == actions


def test_a_pair_is_the_same_deal_from_the_other_seat(stored):
    run = stored("kuhn_poker")
    one, other = run.replayed(0, 2), run.pair(0, 2)
    assert (one.stored.seed, 1 - one.stored.seat) == (other.stored.seed, other.stored.seat)
    assert run.pair(0, 3).stored.episode == 2
    assert stored("catch").pair(0, 2) is None


def test_what_is_not_there_is_said_with_what_is(stored):
    with pytest.raises(UsageError, match="no episode 17: there are 0 to 5"):
        stored("catch").replayed(0, 17)
    with pytest.raises(UsageError, match="no row 2: its rows are 0 to 1"):
        stored("catch").replayed(2, 0)
    with pytest.raises(UsageError, match="no policy 'mcts'; it has random, first"):
        stored("catch").row_of("mcts")


def test_catch_turns_at_the_move_after_which_the_ball_cannot_be_reached(stored):
    run = stored("catch")
    lost = listing(run, 1, "losses").games[0]
    replayed = run.replayed(1, lost.episode)
    found = turning_point(replayed)
    assert found.words.endswith("Best play: 1 before it, -1 after")
    # From there on every way goes to the same end, and just before it does not.
    arena = Arena("catch")
    assert _best(arena, replayed, found.number) == 1
    assert _best(arena, replayed, found.number + 1) == -1


def _best(arena, replayed, number):
    """The greatest return that can still be had, by trying every way."""
    from openenv_tui.games.openspiel import load_engine

    state = load_engine("catch").new_initial_state()
    for action in replayed.stored.actions[: replayed.plies[number].played]:
        state.apply_action(action)
    return _reachable(state)


def _reachable(state):
    if state.is_terminal():
        return state.returns()[0]
    # The paddle's place and the ball's decide all that follows, and ways meet soon.
    after = {str(child): child for child in map(state.child, state.legal_actions())}
    return max(map(_reachable, after.values()))


def test_a_game_in_which_nothing_was_given_away_has_no_turning_point(tmp_path):
    run_plan(Plan("catch", policies=("tracker",), episodes=1, seed=1), tmp_path / "run")
    found = turning_point(Run.read(tmp_path / "run").replayed(0, 0))
    assert (found.number, "nobody gave anything away" in found.words) == (None, True)


@pytest.mark.parametrize(
    ("game", "why"),
    [("2048", "too large"), ("kuhn_poker", "do not see everything"), ("pig(horizon=30)", "")],
)
def test_where_no_turning_point_can_be_told_it_is_said_why(stored, game, why):
    found = turning_point(stored(game).replayed(0, 0))
    assert why in found.words


def test_a_scene_has_the_move_and_the_board(stored):
    replayed = stored("tic_tac_toe").replayed(0, 0)
    lines = ["".join(span.text for span in line) for line in scene(replayed, 1).lines]
    assert lines[1] == f"Episode 0 · seat 0: {replayed.stored.names[0]}, seat 1: random"
    assert lines[2].startswith(f"1/{replayed.last} 1. ")
    assert any("┼" in line for line in lines)


def test_the_game_that_is_over_first_waits_for_the_other(stored):
    run = stored("tic_tac_toe")
    games = [(run.replayed(0, n), run.pair(0, n)) for n in (0, 2, 4)]
    one, other = next(pair for pair in games if pair[0].last != pair[1].last)
    assert len(list(scenes(one, other))) == max(one.last, other.last) + 1


@pytest.mark.parametrize("game", GAMES)
def test_text_holds_every_move_and_the_end(stored, game):
    replayed = stored(game).replayed(0, 0)
    lines = text(replayed).splitlines()
    assert all(ply.move in lines for ply in replayed.plies)
    assert lines[-1] == f"{replayed.stored.end}."


@pytest.mark.parametrize("game", GAMES)
def test_a_picture_is_well_formed_and_needs_nothing_else(stored, game, tmp_path):
    run = stored(game)
    export(tmp_path / "still.svg", run.replayed(0, 0), at=1)
    root = ElementTree.parse(tmp_path / "still.svg").getroot()
    assert root.tag == f"{SVG}svg"
    assert not root.findall(f".//{SVG}animate")
    assert "1/" in "".join(root.itertext())
    source = (tmp_path / "still.svg").read_text(encoding="utf-8")
    assert "href" not in source
    assert "url(" not in source


def test_a_moving_picture_shows_each_moment_once_and_nothing_between(stored, tmp_path):
    replayed = stored("catch").replayed(0, 0)
    export(tmp_path / "game.anim.svg", replayed, seconds=0.5)
    root = ElementTree.parse(tmp_path / "game.anim.svg").getroot()
    spans = []
    for moves in root.findall(f".//{SVG}animate"):
        times = [*map(float, moves.get("keyTimes").split(";")), 1.0]
        shown = moves.get("values").split(";").index("visible")
        spans.append((times[shown], times[shown + 1]))
    assert len(spans) == len(replayed.plies)
    assert [begin for begin, _ in spans[1:]] == [end for _, end in spans[:-1]]
    assert (spans[0][0], spans[-1][1]) == (0, 1)


def test_animate_makes_an_svg_move(stored, tmp_path):
    export(tmp_path / "game.svg", stored("catch").replayed(0, 0), animate=True)
    assert "<animate " in (tmp_path / "game.svg").read_text(encoding="utf-8")


def test_what_policies_are_called_is_escaped(tmp_path):
    file = tmp_path / "odd.py"
    file.write_text("def act(observation, rng):\n    return observation.legal_actions[0]\n")
    odd = f"{file}:act"
    run_plan(Plan("catch", policies=(odd,), episodes=1, seed=1), tmp_path / "a<b>&c")
    export(tmp_path / "odd.svg", Run.read(tmp_path / "a<b>&c").replayed(0, 0))
    root = ElementTree.parse(tmp_path / "odd.svg").getroot()
    assert "a<b>&c" in "".join(root.itertext())


@pytest.mark.parametrize("game", GAMES)
def test_an_asciicast_is_of_version_2_and_its_times_ascend(stored, game, tmp_path):
    replayed = stored(game).replayed(0, 0)
    export(tmp_path / "game.cast", replayed, seconds=0.25)
    header, *events = map(json.loads, (tmp_path / "game.cast").read_text("utf-8").splitlines())
    assert header["version"] == 2
    assert min(header["width"], header["height"]) > 0
    assert [kind for _, kind, _ in events] == ["o"] * (len(replayed.plies) + 1)
    times = [time for time, _, _ in events]
    assert times == sorted(times)
    assert times[1] == 0.25


def test_a_name_without_a_format_is_said_to_have_none(stored, tmp_path):
    with pytest.raises(UsageError, match=r"expected \.txt, \.svg, \.anim\.svg, \.cast"):
        export(tmp_path / "game.png", stored("catch").replayed(0, 0))
