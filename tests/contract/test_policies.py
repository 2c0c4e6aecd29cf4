"""What every policy in the table promises, held against each of the six games."""

from __future__ import annotations

import inspect
from random import Random

import pytest

from arena_env.arena import Arena
from openenv_tui.games import GAMES, load_game
from openenv_tui.match import Match, Seat, play
from openenv_tui.model import EpisodeContext
from openenv_tui.policy import FunctionPolicy, Policy
from openenv_tui.seeding import Rng
from openenv_tui.specs import HEURISTICS, POLICIES, PolicySpec, heuristic_for, policy_options
from openenv_tui_policies.uniform import UniformPolicy

BUILDABLE = [
    name
    for name in sorted(POLICIES)
    if all(p.default is not p.empty for p in policy_options(POLICIES.load(name)).values())
]
"""Those that need no option; what needs one has tests of its own."""
SIX = ("2048", "blackjack", "catch", "cliff_walking", "kuhn_poker", "tic_tac_toe")
PAIRS = [
    pytest.param(name, game, id=f"{name}-{game}")
    for name in BUILDABLE
    for game in SIX
    if PolicySpec(name).build().unfit(load_game(game).info) is None
]
MISFITS = [
    (name, game)
    for name in BUILDABLE
    for game in SIX
    if (name, game) not in {tuple(pair.values) for pair in PAIRS}
]


class Until(Policy):
    """Plays as another policy for some moves and then at random: 2048 lasts too long."""

    def __init__(self, policy: Policy, moves: int) -> None:
        self.policy, self.moves, self.made = policy, moves, 0
        self.uniform = UniformPolicy()
        self.choices: list[int] = []
        self.begin = policy.begin
        self.end = policy.end

    def act(self, observation, rng):
        self.made += 1
        if self.made > self.moves:
            return self.uniform.act(observation, rng)
        self.choices.append(self.policy.act(observation, rng))
        return self.choices[-1]


def played(name, game, seed, moves=40):
    """Three episodes of a policy in every seat, and what it chose."""
    arena = Arena(game)
    acting = [Until(PolicySpec(name).build(), moves) for _ in arena.seats]
    seats = {player: Seat(name, acting[player]) for player in arena.seats}
    records = [play(arena, Match(arena.game, seats, seed + number, number)) for number in range(3)]
    return records, [policy.choices for policy in acting]


def observations(game, seed, count=12):
    """What is seen in random episodes of a game."""
    arena = Arena(game)
    seen = []

    def act(observation, rng):
        seen.append(observation)
        return rng.choice(observation.legal_actions)

    while len(seen) < count:
        seats = {player: Seat("random", FunctionPolicy(act)) for player in arena.seats}
        play(arena, Match(arena.game, seats, seed))
        seed += 1
    return seen[:count]


def test_the_six_games_are_those_with_an_adapter_of_their_own():
    assert set(GAMES) == set(SIX)


@pytest.mark.parametrize(("name", "game"), PAIRS)
def test_three_episodes_are_played_without_a_fault_and_repeat_with_their_seed(name, game):
    records, choices = played(name, game, seed=3)
    assert [record.forfeit for record in records] == [None] * 3
    assert all(choices)
    assert played(name, game, seed=3) == (records, choices)


@pytest.mark.parametrize(("name", "game"), PAIRS)
def test_the_probabilities_of_the_legal_actions_add_up_to_one(name, game):
    policy = PolicySpec(name).build()
    for observation in observations(game, seed=5):
        policy.begin(EpisodeContext(load_game(game).info, observation.player))
        probabilities = policy.action_probabilities(observation)
        if probabilities is None:
            assert name == "mcts"
            return
        assert set(probabilities) <= set(observation.legal_actions)
        assert all(probability >= 0 for probability in probabilities.values())
        assert sum(probabilities.values()) == pytest.approx(1)


@pytest.mark.parametrize(("name", "game"), PAIRS)
def test_what_is_chosen_is_what_the_probabilities_allow(name, game):
    policy = PolicySpec(name).build()
    for number, observation in enumerate(observations(game, seed=6)):
        policy.begin(EpisodeContext(load_game(game).info, observation.player))
        probabilities = policy.action_probabilities(observation)
        chosen = policy.act(observation, Rng(number))
        assert chosen in observation.legal_actions
        assert probabilities is None or probabilities[chosen] > 0


@pytest.mark.parametrize(("name", "game"), MISFITS)
def test_a_policy_that_cannot_play_a_game_says_why(name, game):
    reason = PolicySpec(name).build().unfit(load_game(game).info)
    assert reason.startswith(("it ", "its "))
    assert not reason.endswith(".")


@pytest.mark.parametrize("name", sorted(POLICIES))
def test_a_policy_says_in_a_short_line_what_it_is(name):
    first_line = inspect.getdoc(POLICIES.load(name)).partition("\n")[0]
    assert 10 < len(first_line) <= 70
    assert first_line.endswith(".")


@pytest.mark.parametrize("name", BUILDABLE)
def test_every_option_has_a_default_and_a_spec_that_names_it_is_read_back(name):
    options = policy_options(POLICIES.load(name))
    defaults = {key: p.default for key, p in options.items() if p.default is not None}
    spec = PolicySpec(name, defaults)
    assert inspect.Parameter.empty not in defaults.values()
    assert PolicySpec.parse(str(spec)) == spec
    assert type(spec.build()) is POLICIES.load(name)


@pytest.mark.parametrize("game", SIX)
def test_each_of_the_six_games_has_a_heuristic_that_plays_it(game):
    policy = PolicySpec(heuristic_for(game)).build()
    assert policy.unfit(load_game(game).info) is None
    assert policy.games == (game,)


def test_there_is_no_heuristic_for_any_other_game():
    assert heuristic_for("chess") is None
    assert set(HEURISTICS) == set(SIX)


@pytest.mark.parametrize("name", BUILDABLE)
def test_no_policy_uses_any_chance_but_the_one_it_is_given(name, monkeypatch):
    def forbidden(*_):
        raise AssertionError("the global generator was used")

    for function in ("random", "choice", "randrange", "getrandbits", "randint"):
        monkeypatch.setattr(f"random.{function}", forbidden)
    game = next(
        game for game in SIX if PolicySpec(name).build().unfit(load_game(game).info) is None
    )
    (observation,) = observations(game, seed=8, count=1)
    policy = PolicySpec(name).build()
    policy.begin(EpisodeContext(load_game(game).info, observation.player))
    assert policy.act(observation, Random(1)) in observation.legal_actions
