"""Our client on the official framework's server."""

import pytest

from openenv_tui.connection import connect, connect_async
from openenv_tui.errors import CapacityError, GameError, IllegalActionError
from openenv_tui.match import Match, Seat, play_async
from openenv_tui.model import Outcome
from openenv_tui.specs import PolicySpec
from tests.support.servers import official_server

PLAYED = [
    ("catch", 0, "random"),
    ("2048", 0, "random"),
    ("blackjack", 0, "random"),
    ("cliff_walking", 0, "random"),
    ("tic_tac_toe", 0, "random"),
    ("tic_tac_toe", 1, "first"),
    ("kuhn_poker", 0, "last"),
    ("kuhn_poker", 1, "random"),
    ("connect_four", 0, "random"),
    ("connect_four", 1, "middle"),
]


@pytest.fixture(scope="module")
def official():
    tables = [f"{game}/{seat}/{opponent}" for game, seat, opponent in PLAYED]
    with official_server("catch", *tables, sessions=2) as address:
        yield address


def sit(environment, policy="random"):
    return {seat: Seat(policy, PolicySpec.parse(policy).build()) for seat in environment.seats}


@pytest.mark.parametrize(("game", "seat", "opponent"), PLAYED)
async def test_a_game_is_played_to_its_end(official, game, seat, opponent):
    async with await connect_async(f"http{official[2:]}/{game}/{seat}/{opponent}") as environment:
        info = environment.game.info
        assert (info.name, environment.seats) == (game, (seat,))
        others = {p: f"server:{opponent}" for p in range(info.players) if p != seat}
        assert environment.opponents == others
        for seed in range(3):
            match = Match(environment.game, sit(environment), seed, opponents=others)
            record = await play_async(environment, match)
            assert record.forfeit is None
            assert not record.complete
            assert record.outcomes[seat] in Outcome
            assert info.min_utility <= record.returns[seat] <= info.max_utility
            assert record.seats[seat] == "random"
            # The picture that a person gets, from numbers alone.
            assert environment.game.view(environment.observe(seat))


async def test_the_tracker_always_catches(official):
    async with await connect_async(official) as environment:
        seats = sit(environment, "tracker")
        for seed in range(5):
            record = await play_async(environment, Match(environment.game, seats, seed))
            assert record.outcomes == (Outcome.WIN,)
            assert record.returns == (1.0,)
            assert record.decisions == 9


async def test_history_is_told_from_the_numbers(official):
    async with await connect_async(official) as environment:
        first = (await environment.reset(1)).observations[0]
        assert environment.game.info.history_known
        assert first.history == (first.tensor.index(1.0),)


async def test_a_game_whose_history_cannot_be_told_says_so(official):
    address = f"http{official[2:]}/connect_four/0/random"
    async with await connect_async(address) as environment:
        step = await environment.reset(1)
    assert not environment.game.info.history_known
    assert step.observations[0].history is None
    assert step.observations[0].text.count("\n") == 19


async def test_the_loser_of_a_zero_sum_game_is_known(official):
    async with await connect_async(f"http{official[2:]}/kuhn_poker/1/random") as environment:
        match = Match(environment.game, sit(environment), 1, opponents=environment.opponents)
        record = await play_async(environment, match)
    assert record.returns[0] == -record.returns[1]
    assert record.seats == ("server:random", "random")


async def test_another_game_than_the_one_that_is_served_is_refused(official):
    with pytest.raises(GameError, match="serves catch, not 2048"):
        await connect_async(official, "2048")


async def test_another_seat_or_opponent_than_the_servers_is_refused(official):
    with pytest.raises(GameError, match="player 0, not 1"):
        await connect_async(official, seat=1)
    with pytest.raises(GameError, match="is random, not first"):
        await connect_async(official, opponent="first")


async def test_an_illegal_action_never_reaches_the_server(official):
    async with await connect_async(official) as environment:
        await environment.reset(1)
        with pytest.raises(IllegalActionError, match="legal now: 0, 1, 2"):
            await environment.step([99])
        step = await environment.step([1])
        assert step.observations[0].ply == 1


async def test_no_step_is_taken_after_the_end(official):
    async with await connect_async(official) as environment:
        step = await environment.reset(1)
        while step.ending is None:
            step = await environment.step([1])
        with pytest.raises(IllegalActionError, match="call reset"):
            await environment.step([1])


async def test_a_full_server_is_told_from_a_broken_one(official):
    async with await connect_async(official), await connect_async(official):
        with pytest.raises(CapacityError):
            await connect_async(official)
    async with await connect_async(official) as environment:
        assert environment.seats == (0,)


def test_a_blocking_client_plays(official):
    with connect(official, "catch") as environment:
        step = environment.reset(1)
        while step.ending is None:
            step = environment.step([2])
    assert step.ending.returns in ((1.0,), (-1.0,))
    assert step.ending.history is None
