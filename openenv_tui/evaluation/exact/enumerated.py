"""A game that is enumerated, and policies weighed in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from openenv_tui.errors import NoExactValueError
from openenv_tui.evaluation.exact.best_response import best_response
from openenv_tui.evaluation.exact.graph import (
    TERMINAL,
    BeyondLimitsError,
    Graph,
    Limits,
    enumerate_game,
    walked,
)
from openenv_tui.evaluation.exact.kept import game_graph
from openenv_tui.evaluation.exact.odds import Asked, edge_odds
from openenv_tui.evaluation.exact.value import UNKNOWN, Exact, values
from openenv_tui.evaluation.plan import Cast
from openenv_tui.game import Game
from openenv_tui.model import Ending, Outcome
from openenv_tui.rule import RETURN, Rule, judged

if TYPE_CHECKING:
    from openenv_tui.evaluation.exact.graph import Floats, Ints

NO_LIMITS = Limits()
"""But that of states, which memory sets."""
CODES = {Outcome.WIN: 1, Outcome.DRAW: 0, Outcome.LOSS: -1, None: UNKNOWN}


class Response(NamedTuple):
    """How well a policy stands when it plays all seats.

    Attributes:
        own: what each seat gets.
        best: the most that whoever sat there instead could get against the others.
    """

    own: tuple[float, ...]
    best: tuple[float, ...]

    @property
    def nash_conv(self) -> float:
        """What all could gain by responding, summed (Lanctot et al. 2017); 0 at an equilibrium."""
        return sum(self.best) - sum(self.own)

    @property
    def exploitability(self) -> float:
        """The same for each seat on average."""
        return self.nash_conv / len(self.own)


class Enumerated:
    """A game, and what policies are worth in it, by every way in which it can go.

    Args:
        name: an OpenSpiel game, parameters included.
        cast: makes the policies.
        rule: for outcomes, such as "return > 0"; "" for the game's own.
        limits: when to give up.

    Raises:
        NoExactValueError: it goes beyond the limits, or it cannot be enumerated.
    """

    def __init__(
        self, name: str, cast: Cast | None = None, *, rule: str = "", limits: Limits = NO_LIMITS
    ) -> None:
        from arena_env.arena import Spectacle
        from openenv_tui.games import load_game
        from openenv_tui.games.openspiel import load_engine

        self.game: Game = judged(load_game(name), rule)
        self._limits = limits
        self._cast = cast or Cast()
        self._graph = game_graph(name, limits)
        self._engine: Any = load_engine(name)
        self._show = Spectacle(self._engine, self.game.info.history_known)
        self._outcomes = self._judged(self._graph)
        self._odds: dict[tuple[str, int], tuple[Asked, Floats]] = {}

    @property
    def states(self) -> int:
        """How many there are."""
        return self._graph.states

    def values(self, lineup: Sequence[str]) -> tuple[Exact, ...]:
        """What each seat gets.

        Args:
            lineup: the policy of each seat, by its name.

        Raises:
            NoExactValueError: a policy gives no probabilities, or there are too many states.
        """
        asked = [self._known(name, seat) for seat, name in enumerate(lineup)]
        if any(who.depends_on_more(self._graph) for who, _ in asked):
            return self._by_history([who for who, _ in asked])
        odds = self._graph.chance + sum(odds for _, odds in asked)
        return values(self._graph, odds, self._outcomes)

    def response(self, name: str) -> Response:
        """How well a policy stands against best responses, when it plays all seats.

        Raises:
            NoExactValueError: as of ``values``, or the engine does not tell what players know.
        """
        asked = [self._known(name, seat) for seat in range(self.game.info.players)]
        if any(who.depends_on_more(self._graph) for who, _ in asked):
            raise NoExactValueError(
                f"{name} looks at how a position came about, and responses are found by position"
            )
        all_odds = self._graph.chance + sum(odds for _, odds in asked)
        own = values(self._graph, all_odds, self._outcomes)
        best = [best_response(self._graph, all_odds - odds, s) for s, (_, odds) in enumerate(asked)]
        return Response(tuple(each.mean_return for each in own), tuple(best))

    def _known(self, name: str, seat: int) -> tuple[Asked, Floats]:
        if (name, seat) not in self._odds:
            asked = self._asked(name, seat)
            self._odds[name, seat] = (
                asked,
                edge_odds(self._graph, self._engine, asked, self._limits),
            )
        return self._odds[name, seat]

    def _asked(self, name: str, seat: int) -> Asked:
        return Asked(name, self._cast.build(name), self.game.info, seat, self._show)

    def _by_history(self, seated: Sequence[Asked]) -> tuple[Exact, ...]:
        """Every history apart, of those that these policies play at all."""

        def follow(state: Any, ply: int) -> list[int]:
            given = seated[state.current_player()].in_state(state, ply)
            return sorted(action for action, chance in given.items() if chance > 0)

        try:
            graph = enumerate_game(self._engine, self._limits, None, follow)
        except BeyondLimitsError as error:
            curious = next(who for who in seated if who.depends_on_more(self._graph))
            raise BeyondLimitsError(
                f"{curious.name} looks at how a position came about, and {error}"
            ) from error
        odds = graph.chance + sum(
            edge_odds(graph, self._engine, who, self._limits) for who in seated
        )
        return values(graph, odds, self._judged(graph))

    def _judged(self, graph: Graph) -> Ints:
        """The outcome at each end for each player; shape (ends, players)."""
        import numpy as np

        if self._by_return:
            different, which = np.unique(graph.returns, axis=0, return_inverse=True)
            rows = [self._outcome(Ending(tuple(map(float, each)), None)) for each in different]
            return np.array(rows, np.int32)[which.reshape(-1)]
        found = []
        for ply, state, _ in walked(graph, self._engine, TERMINAL):
            ending = Ending(tuple(state.returns()), tuple(state.history()))
            found.append(self._outcome(ending, state, ply))
        return np.array(found, np.int32)

    @property
    def _by_return(self) -> bool:
        """Returns alone decide outcomes, so equal ones need to be judged once only."""
        from openenv_tui.games.openspiel import OpenSpielGame

        judge: Any = self.game.judge
        if judge.__func__ is OpenSpielGame.judge:
            return True
        return judge.__func__ is Rule.judge and judge.__self__.what == RETURN

    def _outcome(self, ending: Ending, state: Any = None, ply: int = 0) -> list[int]:
        def last(player: int) -> Any:
            return self._show.seen(state, player, ply)

        return [CODES[self.game.judge(ending, p, last)] for p in range(self.game.info.players)]
