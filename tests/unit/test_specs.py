"""How policies are named: reading, writing, building, and strangers' code."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from openenv_tui.errors import SpecError, UnknownNameError
from openenv_tui.model import Observation
from openenv_tui.policy import FunctionPolicy
from openenv_tui.seeding import Rng
from openenv_tui.specs import POLICIES, PolicySpec, policy_options
from openenv_tui_policies.epsilon_greedy import EpsilonGreedy
from openenv_tui_policies.uniform import UniformPolicy

TWO = Observation.of(0, (3, 5))


def build(text):
    return PolicySpec.parse(text).build()


@pytest.fixture
def workplace(tmp_path, monkeypatch):
    """An empty working directory; what is imported from it is forgotten afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    before = set(sys.modules)
    yield tmp_path
    for name in set(sys.modules) - before:
        del sys.modules[name]


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


# Reading and writing.


@pytest.mark.parametrize(
    ("text", "target", "options"),
    [
        ("random", "random", {}),
        (" random ", "random", {}),
        ("random()", "random", {}),
        ("mcts(simulations=200)", "mcts", {"simulations": 200}),
        ("x(a=0.5,b=-3, c = true ,d=FALSE)", "x", {"a": 0.5, "b": -3, "c": True, "d": False}),
        ("x(a=word, b='two words', c=\"it's\")", "x", {"a": "word", "b": "two words", "c": "it's"}),
        ("x(a='say \\'so\\'')", "x", {"a": "say 'so'"}),
        ("x(a='7')", "x", {"a": "7"}),
        ("x(file=/tmp/q.json)", "x", {"file": "/tmp/q.json"}),
        ("package.module:Object(n=1)", "package.module:Object", {"n": 1}),
        ("./my file.py:Object", "./my file.py:Object", {}),
        ("x(base=y(z=1), e=2)", "x", {"base": PolicySpec("y", {"z": 1}), "e": 2}),
        ("x(base=y())", "x", {"base": PolicySpec("y")}),
    ],
)
def test_a_spec_is_read(text, target, options):
    spec = PolicySpec.parse(text)
    assert (spec.target, dict(spec.options)) == (target, options)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "name was expected at character 1"),
        ("(a=1)", "name was expected at character 1"),
        ("x(", "expected option=value at character 3"),
        ("x(a)", "expected option=value"),
        ("x(1=2)", "expected option=value"),
        ("x(a=)", "a value was expected at character 5"),
        ("x(a=1", "expected ',' or ')' at character 6"),
        ("x(a=1 b=2)", "expected ',' or ')'"),
        ("x(a=1,a=2)", "'a' is given twice"),
        ("x(a='b", "the closing ' is missing"),
        ("x(a=1))", "nothing more was expected at character 7"),
        ("x y(a=1)z", "nothing more was expected"),
        ("x(a=" * 5000, "inside each other"),
    ],
)
def test_what_is_not_a_spec_is_refused_with_the_place(text, problem):
    with pytest.raises(SpecError) as caught:
        PolicySpec.parse(text)
    assert problem in str(caught.value)
    assert "name(option=value, ...)" in str(caught.value)


NAMES = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True)
PLAIN = st.one_of(
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.sampled_from(["true", "False", "nan", "inf", "1", "1e5", " x ", "", "'", "\\", "a(b=1)"]),
)
SPECS = st.recursive(
    st.builds(PolicySpec, NAMES),
    lambda inner: st.builds(
        PolicySpec, NAMES, st.dictionaries(NAMES, st.one_of(PLAIN, inner), max_size=4)
    ),
    max_leaves=6,
)


@given(SPECS)
def test_what_is_written_is_read_back_as_it_was(spec):
    again = PolicySpec.parse(str(spec))
    assert again == spec
    assert str(again) == str(spec)
    assert hash(again) == hash(spec)


@given(st.text(alphabet="abc(),=' \"\\:./1", max_size=30))
def test_whatever_is_typed_is_read_or_refused_and_nothing_else(text):
    try:
        spec = PolicySpec.parse(text)
    except SpecError:
        return
    assert PolicySpec.parse(str(spec)) == spec


# Building.


def test_an_unknown_name_suggests_the_nearest_and_says_where_to_look():
    with pytest.raises(UnknownNameError) as caught:
        build("mtcs")
    assert "did you mean 'mcts'?" in str(caught.value)
    assert "./file.py:Object" in str(caught.value)


def test_an_option_that_does_not_exist_is_refused_with_those_that_do():
    with pytest.raises(SpecError, match="no option 'sims'; it takes simulations, uct_c, rollouts"):
        build("mcts(sims=3)")
    with pytest.raises(SpecError, match="no option 'n'; it takes none"):
        build("random(n=3)")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("epsilon_greedy(epsilon=abc)", "'epsilon' of 'epsilon_greedy' must be a number, not abc"),
        ("epsilon_greedy(epsilon=true)", "must be a number, not true"),
        ("epsilon_greedy(epsilon=random())", "must be a number, not random()"),
        ("epsilon_greedy(base=3)", "must be a policy, not 3"),
        ("mcts(simulations=1.5)", "must be a whole number, not 1.5"),
        ("q_learning(file=7)", "must be a text, not 7; quote it: file='7'"),
        ("epsilon_greedy(epsilon=2)", "from 0 to 1"),
        ("epsilon_greedy(base=nobody)", "no policy named 'nobody'"),
    ],
)
def test_an_option_of_a_wrong_kind_is_refused_in_words(text, problem):
    with pytest.raises((SpecError, UnknownNameError)) as caught:
        build(text)
    assert problem in str(caught.value)


def test_a_policy_may_be_an_option_by_its_bare_name_or_with_options():
    assert isinstance(build("epsilon_greedy(base=random)")._base, UniformPolicy)
    assert build("epsilon_greedy(base=mcts(simulations=7))")._base.simulations == 7
    assert build("epsilon_greedy(base='mcts(simulations=7)')")._base.simulations == 7


def test_a_whole_number_is_a_number():
    assert build("epsilon_greedy(epsilon=1)").epsilon == 1.0


def test_every_build_makes_a_fresh_policy():
    spec = PolicySpec("q_learning")
    assert spec.build() is not spec.build()


def test_the_options_of_a_policy_can_be_listed():
    options = policy_options(EpsilonGreedy)
    assert {key: p.default for key, p in options.items()} == {
        "base": None,
        "epsilon": 0.1,
        "decay": 1.0,
    }


def test_the_table_names_what_its_modules_hold():
    for name in POLICIES:
        assert isinstance(POLICIES.load(name), type)


# Strangers' code.

MINE = """
from openenv_tui.policy import Policy

class Mine(Policy):
    def __init__(self, place=0):
        self.place = place
    def act(self, observation, rng):
        return observation.legal_actions[self.place]

def last(observation, rng):
    return observation.legal_actions[-1]

class Bare:
    def act(self, observation, rng):
        return observation.legal_actions[0]

class Holder:
    inner = Mine

made = Mine(1)
number = 3
"""


@pytest.mark.parametrize("place", ["./mine.py", "mine", "policies.mine", "agents/deep/mine.py"])
def test_a_class_of_ones_own_is_found_by_file_and_by_module(workplace, place):
    path = place if place.endswith(".py") else place.replace(".", "/") + ".py"
    write(workplace / path, MINE)
    assert build(f"{place}:Mine(place=1)").act(TWO, Rng()) == 5


@pytest.mark.parametrize(
    ("name", "action"), [("last", 5), ("Bare", 3), ("made", 5), ("Holder.inner", 3)]
)
def test_functions_objects_and_nested_classes_will_do(workplace, name, action):
    write(workplace / "mine.py", MINE)
    assert build(f"./mine.py:{name}").act(TWO, Rng()) == action


def test_a_function_becomes_a_policy(workplace):
    write(workplace / "mine.py", MINE)
    assert isinstance(build("./mine.py:last"), FunctionPolicy)


def test_a_file_may_import_its_neighbour_even_while_it_plays(workplace):
    write(workplace / "neighbour.py", "PLACE = 1")
    write(
        workplace / "mine.py",
        "def act(observation, rng):\n"
        "    import neighbour\n"
        "    return observation.legal_actions[neighbour.PLACE]\n",
    )
    assert build("./mine.py:act").act(TWO, Rng()) == 5


def test_two_files_of_one_name_are_two_modules(workplace):
    write(workplace / "a" / "mine.py", "def act(observation, rng): return 3")
    write(workplace / "b" / "mine.py", "def act(observation, rng): return 5")
    assert build("./a/mine.py:act").act(TWO, Rng()) == 3
    assert build("./b/mine.py:act").act(TWO, Rng()) == 5


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("./nowhere.py:Mine", "there is no file ./nowhere.py"),
        ("./mine.py:Nobody", "there is no 'Nobody' in ./mine.py"),
        ("./mine.py:number", "is no policy"),
        ("./mine.py:last(n=1)", "is not a class, so it takes no options"),
        ("./mine.py:Mine(speed=1)", "no option 'speed'; it takes place"),
        ("./mine.py:", "write module:Object or ./file.py:Object"),
        (":Mine", "write module:Object or ./file.py:Object"),
        ("no.such.module:Mine", "ModuleNotFoundError: No module named 'no'"),
    ],
)
def test_what_cannot_be_loaded_is_an_error_in_words(workplace, text, problem):
    write(workplace / "mine.py", MINE)
    with pytest.raises(SpecError) as caught:
        build(text)
    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("def f(:", "SyntaxError"),
        ("import sys; sys.exit(3)", "SystemExit: 3"),
        ("None.thing", "AttributeError"),
        ("class Mine:\n def __init__(self): raise KeyError('lost')", "KeyError: 'lost'"),
        ("class Mine:\n def __init__(self, path): pass", "needs the option 'path'"),
        ("class Mine: pass", "is no policy"),
    ],
)
def test_code_that_fails_is_an_error_in_words(workplace, code, problem):
    write(workplace / "bad.py", code)
    with pytest.raises(SpecError) as caught:
        build("./bad.py:Mine")
    assert problem in str(caught.value)


def test_a_file_that_failed_is_tried_again_once_it_is_mended(workplace):
    write(workplace / "bad.py", "1 / 0")
    with pytest.raises(SpecError):
        build("./bad.py:act")
    write(workplace / "bad.py", "def act(observation, rng): return 5  # mended")
    assert build("./bad.py:act").act(TWO, Rng()) == 5


def test_a_class_that_takes_any_option_is_given_them(workplace):
    write(
        workplace / "any.py",
        "class Any:\n"
        "    def __init__(self, **options): self.options = options\n"
        "    def act(self, observation, rng): return self.options['action']\n",
    )
    assert build("./any.py:Any(action=5)").act(TWO, Rng()) == 5


def test_annotations_that_cannot_be_evaluated_do_no_harm(workplace):
    write(
        workplace / "typed.py",
        "from __future__ import annotations\n"
        "class Typed:\n"
        "    def __init__(self, size: Nowhere = 1, rate: 'float | None' = None): pass\n"
        "    def act(self, observation, rng): return 5\n",
    )
    assert build("./typed.py:Typed(size=word, rate=1)").act(TWO, Rng()) == 5
    with pytest.raises(SpecError, match="must be a number"):
        build("./typed.py:Typed(rate=fast)")


ACTED = (
    "import json, sys\n"
    "from openenv_tui.model import Observation\n"
    "from openenv_tui.seeding import Rng\n"
    "from openenv_tui.specs import PolicySpec\n"
    "def acted():\n"
    "    return PolicySpec.parse(sys.argv[1]).build().act(Observation.of(0, (3, 5)), Rng())\n"
)


def printed(script, spec):
    """What the script prints; its own folder is on its path, the working directory is not."""
    done = subprocess.run(
        [sys.executable, str(script), spec],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize(
    "spec", ["policies.mine:Mine(place=1)", "./policies/mine.py:Mine(place=1)"]
)
def test_a_worker_process_finds_ones_own_policies_folder(workplace, spec):
    write(workplace / "policies" / "mine.py", MINE)
    script = workplace / "elsewhere" / "main.py"
    write(script, ACTED + "print(json.dumps(acted()))\n")
    assert printed(script, spec) == 5


def test_a_forked_worker_builds_the_same_policy(workplace):
    write(workplace / "mine.py", MINE)
    # Forked from a process of its own: a fork of one that has threads may wait for ever.
    fork = (
        "import multiprocessing\n"
        "with multiprocessing.get_context('fork').Pool(1) as pool:\n"
        "    print(json.dumps(pool.apply(acted)))\n"
    )
    script = workplace / "main.py"
    write(script, ACTED + fork)
    assert printed(script, "mine:Mine(place=1)") == 5


def test_the_file_may_be_in_the_home_folder(workplace, monkeypatch):
    monkeypatch.setenv("HOME", str(workplace))
    write(Path(workplace) / "agents" / "mine.py", MINE)
    assert build("~/agents/mine.py:last").act(TWO, Rng()) == 5
