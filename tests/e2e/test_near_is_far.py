"""Near is far: the same seeds and policies give equal records here and over a socket."""

from contextlib import asynccontextmanager

import pytest

from arena_env.arena import Arena
from arena_env.server.fast import serve
from openenv_tui.connection import connect_async
from openenv_tui.match import Match, Seat, play, play_async
from openenv_tui.specs import PolicySpec

SEEDS = (1, 2, 2**53 - 1)
GAMES = {
    "catch": "tracker",
    "2048": "random",
    "blackjack": "basic_strategy",
    "cliff_walking": "random",
    "tic_tac_toe": "mcts(simulations=20)",
    "kuhn_poker": "kuhn_equilibrium",
    "matrix_pd": "random",
    "goofspiel(num_cards=4)": "random",
    "matching_pennies_3p": "random",
    "leduc_poker(players=3)": "random",
    "backgammon": "random",
    "liars_dice_ir": "random",
    "twixt": "random",
}
"""Game -> policy of the first seat; the others are random."""


@asynccontextmanager
async def served(name, *game, **options):
    """An environment on a server of ours: in this process, but over a real socket."""
    async with (
        serve(name, port=0) as port,
        await connect_async(f"127.0.0.1:{port}", *game, **options) as environment,
    ):
        yield environment


def seats(game, first):
    names = [first] + ["random"] * (game.info.players - 1)
    return {player: Seat(name, PolicySpec.parse(name).build()) for player, name in enumerate(names)}


@pytest.mark.parametrize("name", GAMES)
async def test_records_are_equal_here_and_on_our_server(name):
    arena = Arena(name)
    async with served(name) as far:
        assert (far.game.info, far.seats) == (arena.game.info, arena.seats)
        for seed in SEEDS:
            near = play(arena, Match(arena.game, seats(arena.game, GAMES[name]), seed))
            there = Match(far.game, seats(far.game, GAMES[name]), seed)
            assert near == await play_async(far, there)


def details(observation):
    return (
        observation.player,
        observation.legal_actions,
        observation.ply,
        observation.tensor,
        observation.text,
        observation.return_so_far,
        observation.history,
        observation.action_names,
    )


@pytest.mark.parametrize("name", GAMES)
async def test_every_view_is_equal_here_and_on_our_server(name):
    arena = Arena(name)
    async with served(name, every_view=True) as far:
        here, there = arena.reset(5), await far.reset(5)
        while True:
            for player in arena.seats:
                assert details(arena.observe(player)) == details(far.observe(player))
            assert here.ending == there.ending
            if here.ending is not None:
                break
            actions = [seen.legal_actions[-1] for seen in here.observations]
            here, there = arena.step(actions), await far.step(actions)


async def test_earlier_observations_stay_as_they_were():
    arena = Arena("tic_tac_toe")
    async with served("tic_tac_toe") as far:
        seen = []
        here, there = arena.reset(5), await far.reset(5)
        while here.ending is None:
            seen += zip(here.observations, there.observations, strict=True)
            actions = [here.observations[0].legal_actions[0]]
            here, there = arena.step(actions), await far.step(actions)
    assert [details(near) for near, _ in seen] == [details(far) for _, far in seen]


@pytest.mark.parametrize(
    "name", ["tic_tac_toe", "kuhn_poker", "matrix_pd", "leduc_poker(players=3)"]
)
async def test_the_servers_own_opponent_plays_as_it_would_here(name):
    arena = Arena(name)
    table = {p: Seat("random", PolicySpec.parse("random").build()) for p in arena.seats}
    for seat in arena.seats:
        async with served(name, seat=seat, opponent="random") as far:
            assert far.seats == (seat,)
            for seed in SEEDS:
                near = play(arena, Match(arena.game, table, seed))
                there = Match(far.game, {seat: table[seat]}, seed, opponents=far.opponents)
                record = await play_async(far, there)
                assert near.history == record.history
                assert (near.returns, near.outcomes) == (record.returns, record.outcomes)


async def test_our_server_is_asked_for_the_game_that_is_wanted():
    async with served("catch", "catch(rows=8,columns=7)") as far:
        step = await far.reset(1)
        assert far.game.info == Arena("catch(rows=8,columns=7)").game.info
        assert len(step.observations[0].tensor) == 56
