"""A run written down in a TOML file: what the options of ``eval`` and ``tournament`` offer."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from openenv_tui.errors import OpenEnvTuiError, UsageError
from openenv_tui.evaluation.plan import LOCAL, Plan, Tournament
from openenv_tui.evaluation.thresholds import CONDITION, FIELDS

Count = Annotated[int, Field(ge=1)]
Seconds = Annotated[float, Field(gt=0)]
Measures = Literal[FIELDS]  # type: ignore[valid-type]

HEADER: Final = re.compile(r"\s*\[+([^\[\]]+)\]+\s*(?:#.*)?$")
KEY: Final = re.compile(r"\s*((?:[\w.\s-]|\"[^\"]*\"|'[^']*')+?)\s*=")

EXAMPLE: Final = """\
# An evaluation; play it with: openenv-tui run experiment.toml
# `openenv-tui run --schema` prints what may stand here, for editors that complete it.

games = ["kuhn_poker", "tic_tac_toe"]    # or, for one: game = "kuhn_poker"
policies = ["random", "first", "last"]   # specs, as after -p
opponent = "random"                      # who takes the other seats; not in a tournament
episodes = 200                           # for each policy, or each pairing
seed = 1                                 # left out: a new one is drawn
jobs = 1                                 # worker processes; the records are the same
formats = ["csv", "md"]                  # of the summaries in the run's folder
# env = "ws://127.0.0.1:8000"            # a server instead of the embedded engine
# out = "results/mine"                   # a new folder
# precision = 0.02                       # or sprt = "0.5:0.55": rows end when enough is known

# [tournament]                           # the policies meet each other
# format = "swiss"                       # round-robin, gauntlet, swiss or knockout
# rounds = 2

[thresholds]                             # the exit code is 1 if one is missed
random.win_rate = ">= 0.2"
first.mean_return = "> -1"
"""


class Model(BaseModel):
    """Takes no key that it does not know."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Pairings(Model):
    """How the policies meet each other."""

    format: Literal["round-robin", "gauntlet", "swiss", "knockout"] = "round-robin"
    anchor: str = Field("", description="Whom a gauntlet is run against; the first by default.")
    rounds: Count | None = Field(None, description="Of a Swiss tournament.")


class Experiment(Model):
    """A run of openenv-tui, of one game or of several."""

    game: str = Field("", description="A game; left out where a server says what it serves.")
    games: list[str] = Field([], description="Several games, with a table across them.")
    policies: list[str] = Field(min_length=1, description="Specs, a row each.")
    opponent: str = Field("random", description="Who takes the other seats.")
    episodes: Count = Field(1000, description="For each policy, or each pairing.")
    seed: int | None = Field(None, ge=0, description="Fixes all chance; left out, one is drawn.")
    env: str = Field(LOCAL, description="Where to play: local, or a server.")
    jobs: Count = Field(1, description="Worker processes.")
    learn: bool = Field(False, description="Let policies that learn do so, in order.")
    clock: Seconds | None = Field(None, description="Seconds for each decision.")
    win: str = Field("", description="What counts as a win, such as 'return > 0'.")
    max_steps: Count = Field(1000, description="Cut an episode off after so many.")
    forfeits: Literal["loss", "excluded", "replay"] = Field(
        "loss", description="What an episode is worth that a policy ended by its own fault."
    )
    sprt: str = Field("", description="End rows by a sequential test, such as '0.5:0.55'.")
    precision: float | None = Field(None, gt=0, description="End rows at this half-width.")
    exact: bool | None = Field(None, description="Exact values; left out, where they are cheap.")
    sessions: Count = Field(8, description="Most sessions at once on a server.")
    timeout: Seconds = Field(60.0, description="Seconds for a server's answer.")
    give_up: float = Field(60.0, ge=0, description="Seconds for which a server may be gone.")
    out: str = Field("", description="Folder of the run; results/<time>-<game> by default.")
    formats: list[str] = Field([], description="Of summaries, such as latex.")
    max_error_rate: float = Field(1.0, ge=0, le=1, description="Of forfeits; more is a failure.")
    tournament: Pairings | None = None
    thresholds: dict[str, dict[Measures, Annotated[str, Field(pattern=CONDITION)]]] = Field(
        {}, description="policy -> measure -> condition, such as '>= 0.99'."
    )

    def plans(self, seed: int) -> list[Plan]:
        """One for each game.

        Raises:
            UsageError: it cannot be.
        """
        wishes = {name: getattr(self, name) for name in WISHES}
        held = None if self.tournament is None else Tournament(**self.tournament.model_dump())
        games = self.games or [self.game]
        policies = tuple(self.policies)
        return [Plan(game, policies, seed=seed, tournament=held, **wishes) for game in games]


WISHES: Final = (
    "opponent", "episodes", "env", "jobs", "learn", "clock", "win", "max_steps", "forfeits", "sprt",
    "precision", "exact", "sessions", "timeout", "give_up",
)  # fmt: skip


def schema() -> dict[str, Any]:
    """The JSON schema of such a file."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema",
            **Experiment.model_json_schema()}  # fmt: skip


def read_experiment(path: Path) -> Experiment:
    """Read a file.

    Raises:
        UsageError: it cannot be read, or says what cannot be; its lines are named.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"cannot read {path}: {getattr(error, 'strerror', None) or error}"
        ) from error
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(_in_line(path, text, str(error))) from error
    try:
        experiment = Experiment.model_validate(found)
    except ValidationError as error:
        said = [_said(path, text, detail) for detail in error.errors()]
        raise UsageError("\n".join(dict.fromkeys(said))) from error
    _expect_sense(path, text, experiment)
    return experiment


def _in_line(path: Path, text: str, said: str) -> str:
    """A parser's words with the line in front."""
    found = re.fullmatch(r"(.*) \(at (?:line (\d+), column (\d+)|end of document)\)", said)
    if found is None:
        return f"{path}: {said}"
    line = found[2] or str(len(text.splitlines()))
    return f"{path}, line {line}: this is not TOML: {found[1]}"


def _expect_sense(path: Path, text: str, experiment: Experiment) -> None:
    """What the parts of a file say together.

    Raises:
        UsageError: they contradict each other.
    """
    if experiment.game and experiment.games:
        where = place(text, ("game",))
        raise UsageError(f"{path}, {where}: name one game with 'game', or several with 'games'")
    if not experiment.game and not experiment.games and experiment.env == LOCAL:
        raise UsageError(f'{path}: which game? write game = "catch", or games = [...]')
    for policy in experiment.thresholds:
        if policy not in experiment.policies:
            near = get_close_matches(policy, experiment.policies, n=1)
            hint = f"; did you mean '{near[0]}'?" if near else ""
            where = place(text, ("thresholds", policy))
            raise UsageError(
                f"{path}, {where}: there is a threshold for '{policy}', which is not among the "
                f"policies{hint}"
            )
    try:
        experiment.plans(0)
    except OpenEnvTuiError as error:
        raise UsageError(f"{path}: {error}") from error


def _said(path: Path, text: str, detail: ErrorDetails) -> str:
    """One thing that is wrong, in a line."""
    keys = [str(key) for key in detail["loc"] if key != "[key]"]
    name, where = ".".join(keys), place(text, keys)
    if detail["type"] == "extra_forbidden" or detail["loc"][-1:] == ("[key]",):
        known = _known(keys)
        near = get_close_matches(keys[-1], known, n=1)
        hint = f"did you mean '{near[0]}'?" if near else f"known: {', '.join(known)}"
        return f"{path}, {where}: there is no '{name}'; {hint}"
    if detail["type"] == "missing":
        return f"{path}: '{name}' is missing"
    if detail["type"] == "string_pattern_mismatch":
        return (
            f"{path}, {where}: {name} = {detail['input']!r} is no condition; one is written like "
            "'>= 0.99' or '< 3'"
        )
    wanted = detail["msg"][:1].lower() + detail["msg"][1:]
    return f"{path}, {where}: {name} = {detail['input']!r}: {wanted}"


def _known(keys: Sequence[str]) -> list[str]:
    """What might have been meant at a place."""
    if keys[:1] == ["thresholds"]:
        return list(FIELDS)
    model = Pairings if keys[:1] == ["tournament"] and len(keys) > 1 else Experiment
    return list(model.model_fields)


def place(text: str, keys: Sequence[str]) -> str:
    """Where something stands, such as ``line 3``; the nearest thing around it that has a line."""
    lines = list(_lines(text))
    for length in range(len(keys), 0, -1):
        wanted = tuple(keys[:length])
        for number, path in lines:
            if path[:length] == wanted:
                return f"line {number}"
    return "line 1"


def _lines(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(line, key) of every table and every value, the keys in full."""
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        header = HEADER.match(line)
        key = re.match(
            r"\s*((?:\"[^\"]*\"|'[^']*'|[\w-])(?:[\w.\s-]|\"[^\"]*\"|'[^']*')*?)\s*=", line
        )
        if header:
            table = _parts(header[1])
            yield number, table
        elif key:
            yield number, (*table, *_parts(key[1]))


def _parts(key: str) -> tuple[str, ...]:
    """The parts of a dotted key, quotes taken off."""
    try:
        found: Any = tomllib.loads(f"{key} = 0")
    except tomllib.TOMLDecodeError:
        return (key,)
    parts = []
    while isinstance(found, Mapping):
        ((part, found),) = found.items()
        parts.append(part)
    return tuple(parts)
