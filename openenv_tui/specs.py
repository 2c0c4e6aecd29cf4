"""Policy specs: how a policy is named on the command line, in files and in tables.

random                                           a built-in or installed policy
epsilon_greedy(base=tracker, epsilon=0.3)        with options; an option may be a spec
package.module:Object      ./file.py:Object      anybody's own class, object or function
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

from openenv_tui.errors import OpenEnvTuiError, SpecError
from openenv_tui.model import Parameter
from openenv_tui.policy import Policy, as_policy
from openenv_tui.registry import Registry

POLICIES: Registry[type[Policy]] = Registry(
    "policy",
    {
        "always": "openenv_tui_policies.always:Always",
        "basic_strategy": "openenv_tui_policies.basic_strategy:BasicStrategy",
        "cfr": "openenv_tui_policies.cfr:CFR",
        "cliff_walker": "openenv_tui_policies.cliff_walker:CliffWalker",
        "epsilon_greedy": "openenv_tui_policies.epsilon_greedy:EpsilonGreedy",
        "expectimax": "openenv_tui_policies.expectimax:Expectimax",
        "first": "openenv_tui_policies.fixed:First",
        "kuhn_equilibrium": "openenv_tui_policies.kuhn_equilibrium:KuhnEquilibrium",
        "last": "openenv_tui_policies.fixed:Last",
        "mcts": "openenv_tui_policies.mcts:MCTS",
        "middle": "openenv_tui_policies.fixed:Middle",
        "minimax": "openenv_tui_policies.minimax:Minimax",
        "q_learning": "openenv_tui_policies.q_learning:QLearning",
        "random": "openenv_tui_policies.uniform:UniformPolicy",
        "scripted": "openenv_tui_policies.scripted:Scripted",
        "stay": "openenv_tui_policies.fixed:Stay",
        "tactician": "openenv_tui_policies.tactician:Tactician",
        "tracker": "openenv_tui_policies.tracker:Tracker",
    },
    group="openenv_tui.policies",
)

HEURISTICS = {
    "2048": "expectimax",
    "blackjack": "basic_strategy",
    "catch": "tracker",
    "cliff_walking": "cliff_walker",
    "kuhn_poker": "kuhn_equilibrium",
    "tic_tac_toe": "tactician",
}
"""Game -> the built-in policy that was made for it."""


def heuristic_for(short_name: str) -> str | None:
    """The spec of the policy that was made for a game; None if there is none."""
    return HEURISTICS.get(short_name)


Option: TypeAlias = "Parameter | PolicySpec"


@dataclass(frozen=True)
class PolicySpec:
    """A policy's name and options; ``str`` gives back what ``parse`` reads.

    Attributes:
        target: a name in the table, ``module:Object`` or ``path.py:Object``.
        options: in the order in which they were written.
    """

    target: str
    options: Mapping[str, Option] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        if not self.options:
            return self.target
        listed = ", ".join(f"{key}={_written(value)}" for key, value in self.options.items())
        return f"{self.target}({listed})"

    @classmethod
    def parse(cls, text: str) -> PolicySpec:
        """Read a spec.

        Raises:
            SpecError: the text is not a spec; the message points at the place.
        """
        reader = _Reader(text)
        spec = reader.spec()
        reader.expect_end()
        return spec

    def build(self) -> Policy:
        """A fresh policy object.

        Raises:
            UnknownNameError: no policy has that name.
            SpecError: the object cannot be loaded, or does not take these options.
        """
        if self.target == "human":
            raise SpecError(
                "'human' is a person: eval, resume and rerun seat one, and with `play` you play"
            )
        target = _load(self.target) if ":" in self.target else POLICIES.load(self.target, _HINT)
        if not inspect.isclass(target):
            if self.options:
                raise SpecError(f"{self.target} is not a class, so it takes no options")
            return as_policy(target)
        arguments = self._arguments(target)
        try:
            return as_policy(target, arguments)
        except OpenEnvTuiError:
            raise
        except Exception as error:
            # A stranger's class may raise anything while it is made.
            reason = _reason(error)
            raise SpecError(f"policy '{self.target}' cannot be built: {reason}") from error

    def _arguments(self, target: type) -> dict[str, Any]:
        accepted = _accepted(target)
        anything = inspect.Parameter.VAR_KEYWORD in {p.kind for p in accepted.values()}
        named = [key for key, p in accepted.items() if p.kind != inspect.Parameter.VAR_KEYWORD]
        for key in self.options:
            if key not in named and not anything:
                takes = f"it takes {', '.join(named)}" if named else "it takes none"
                raise SpecError(f"policy '{self.target}' has no option '{key}'; {takes}")
        missing = [key for key in named if accepted[key].default is inspect.Parameter.empty]
        for key in missing:
            if key not in self.options:
                raise SpecError(f"policy '{self.target}' needs the option '{key}'")
        return {
            key: self._argument(key, value, accepted[key] if key in named else None)
            for key, value in self.options.items()
        }

    def _argument(self, key: str, value: Option, parameter: inspect.Parameter | None) -> Any:
        kinds = _kinds(parameter)
        if isinstance(value, PolicySpec):
            if kinds and "Policy" not in kinds:
                raise self._unsuited(key, value, kinds)
            return value.build()
        if isinstance(value, str) and "Policy" in kinds:
            return PolicySpec.parse(value).build()
        if kinds and type(value).__name__ not in kinds:
            if isinstance(value, int) and not isinstance(value, bool) and "float" in kinds:
                return float(value)
            raise self._unsuited(key, value, kinds)
        return value

    def _unsuited(self, key: str, value: Option, kinds: frozenset[str]) -> SpecError:
        wanted = " or ".join(text for kind, text in _EXPECTED.items() if kind in kinds)
        message = f"option '{key}' of '{self.target}' must be {wanted}, not {_written(value)}"
        if "str" in kinds:
            message += f"; quote it: {key}='{value}'"
        return SpecError(message)


_HINT = "`openenv-tui policies` lists them; your own: module:Object or ./file.py:Object"


def policy_options(target: type) -> Mapping[str, inspect.Parameter]:
    """The options that a policy class takes: the parameters of its ``__init__``."""
    accepted = _accepted(target)
    any_more = inspect.Parameter.VAR_KEYWORD
    return MappingProxyType({key: p for key, p in accepted.items() if p.kind != any_more})


def _accepted(target: type) -> dict[str, inspect.Parameter]:
    """What may be given by name, ``**options`` included."""
    try:
        signature = inspect.signature(target)
    except (TypeError, ValueError):
        return {}  # some classes written in C do not say
    by_name = (
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        inspect.Parameter.KEYWORD_ONLY,
        inspect.Parameter.VAR_KEYWORD,
    )
    return {name: p for name, p in signature.parameters.items() if p.kind in by_name}


_EXPECTED = {
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "str": "a text",
    "Policy": "a policy",
}


def _kinds(parameter: inspect.Parameter | None) -> frozenset[str]:
    """The names of the types that an option takes; empty if its annotation says more, or nothing.

    Annotations are read, not evaluated: a stranger's may name what is not imported.
    """
    if parameter is None or parameter.annotation is inspect.Parameter.empty:
        return frozenset()
    annotation = parameter.annotation
    text = annotation.__name__ if isinstance(annotation, type) else str(annotation)
    kinds = {part.strip().strip("'\"").rpartition(".")[2] for part in text.split("|")} - {"None"}
    return frozenset(kinds) if kinds <= set(_EXPECTED) else frozenset()


def _reason(error: BaseException) -> str:
    """A ``ValueError`` is written for users; any other needs its name to be understood."""
    text = str(error)
    return text if isinstance(error, ValueError) and text else f"{type(error).__name__}: {text}"


def _written(value: Option) -> str:
    if isinstance(value, PolicySpec) and not value.options:
        return f"{value}()"  # without the brackets it would be read as a text
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str) and (not value.isidentifier() or _literal(value) != value):
        return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
    return str(value)


def _literal(word: str) -> Parameter:
    if word.lower() in ("true", "false"):
        return word.lower() == "true"
    for number in (int, float):
        try:
            return number(word)
        except ValueError:
            continue
    return word


DEEPEST = 20
"""A spec may hold a spec that holds a spec, this many times."""


class _Reader:
    """A recursive-descent reader of one spec."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def spec(self, depth: int = 0) -> PolicySpec:
        target = self._until("(),=").strip()
        if not target:
            raise self._error("a policy's name was expected")
        if depth > DEEPEST:
            raise self._error(f"no more than {DEEPEST} policies inside each other were expected")
        return PolicySpec(target, self._options(depth) if self._take("(") else {})

    def _options(self, depth: int) -> dict[str, Option]:
        options: dict[str, Option] = {}
        while not self._take(")"):
            key = self._until("(),=").strip()
            if not key.isidentifier() or not self._take("="):
                raise self._error("expected option=value")
            if key in options:
                raise self._error(f"option '{key}' is given twice")
            options[key] = self._value(depth)
            if not self._take(",") and not self._ahead(")"):
                raise self._error("expected ',' or ')'")
        return options

    def _value(self, depth: int) -> Option:
        self._skip_space()
        quote = self.text[self.at : self.at + 1]
        if quote in ("'", '"') and quote:
            return self._quoted(quote)
        start = self.at
        word = self._until("(),=").strip()
        if not word:
            raise self._error("a value was expected")
        if self._ahead("("):
            self.at = start
            return self.spec(depth + 1)
        return _literal(word)

    def _quoted(self, quote: str) -> str:
        self.at += 1
        letters: list[str] = []
        while self.at < len(self.text):
            letter = self.text[self.at]
            self.at += 1
            if letter == quote:
                return "".join(letters)
            if letter == "\\" and self.at < len(self.text):
                letter = self.text[self.at]
                self.at += 1
            letters.append(letter)
        raise self._error(f"the closing {quote} is missing")

    def _until(self, stops: str) -> str:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] not in stops:
            self.at += 1
        return self.text[start : self.at]

    def _skip_space(self) -> None:
        while self.text[self.at : self.at + 1].isspace():
            self.at += 1

    def _ahead(self, mark: str) -> bool:
        self._skip_space()
        return self.text.startswith(mark, self.at)

    def _take(self, mark: str) -> bool:
        if self._ahead(mark):
            self.at += len(mark)
            return True
        return False

    def expect_end(self) -> None:
        self._skip_space()
        if self.at < len(self.text):
            raise self._error("nothing more was expected")

    def _error(self, problem: str) -> SpecError:
        return SpecError(
            f"cannot read the policy '{self.text}': {problem} at character {self.at + 1}; "
            "write name or name(option=value, ...)"
        )


def _load(target: str) -> Any:
    """What ``module:Object`` or ``path.py:Object`` names."""
    place, _, attribute = target.rpartition(":")
    if not place or not attribute:
        raise SpecError(f"cannot load '{target}': write module:Object or ./file.py:Object")
    _make_working_directory_importable()
    try:
        found: Any = _load_file(place) if place.endswith(".py") else importlib.import_module(place)
    except SpecError:
        raise
    except (Exception, SystemExit) as error:
        # A stranger's module may raise anything while it is imported.
        raise SpecError(f"cannot load {target}: {type(error).__name__}: {error}") from error
    try:
        for part in attribute.split("."):
            found = getattr(found, part)
    except AttributeError as error:
        raise SpecError(f"there is no '{attribute}' in {place}") from error
    return found


def _load_file(place: str) -> Any:
    path = Path(place).expanduser().resolve()
    if not path.is_file():
        raise SpecError(f"there is no file {place}")
    digest = blake2b(str(path).encode(), digest_size=6).hexdigest()
    name = f"openenv_tui_user_{path.stem}_{digest}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        if spec is None or spec.loader is None:
            raise SpecError(f"{place} is not a Python file")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        try:
            spec.loader.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
    return sys.modules[name]


def _make_working_directory_importable() -> None:
    """A console script does not have the working directory on its path; ``python -m`` does.

    It stays there, last, because a policy may import a neighbour as late as in ``act``.
    """
    here = str(Path.cwd())
    if here not in sys.path and "" not in sys.path:
        sys.path.append(here)
