"""A run's folder: its name, its manifest, its summaries, and finding it again."""

from __future__ import annotations

import json
import os
import platform
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from openenv_tui import __version__
from openenv_tui.connection.access import without_secrets
from openenv_tui.errors import StoreError, UnknownNameError, UsageError
from openenv_tui.evaluation.export import EXPORTERS, SUFFIXES
from openenv_tui.evaluation.plan import Plan, Tournament
from openenv_tui.evaluation.store import FILE_NAME
from openenv_tui.evaluation.table import Table
from openenv_tui.evaluation.writing import PART, settle, write_whole
from openenv_tui.settings import read_settings

MANIFEST = "manifest.json"
KINDS = {"plan": dict, "packages": dict, "command": list, "formats": list, "objects": list}
"""Of what a manifest holds."""
PATIENCE = 0.5
"""Seconds for which a claim is tried."""
PACKAGES = ("open_spiel", "numpy", "pandas", "scipy", "websockets")


def new_folder(wanted: Path | str | None, game: str) -> Path:
    """Make the folder of a new run.

    Raises:
        StoreError: it cannot be made, or there is a run in it already.
    """
    try:
        if wanted is not None:
            place = Path(wanted)
            place.mkdir(parents=True, exist_ok=True)
            if any(not each.name.endswith(PART) for each in place.iterdir()):
                raise StoreError(f"{place} is not empty; name a new folder with --out")
            return place
        stem = f"{datetime.now():%Y%m%d-%H%M%S}-{safe(game)}"
        root = read_settings().results_folder
        for number in range(1, 100):
            place = root / (stem if number == 1 else f"{stem}-{number}")
            try:
                place.mkdir(parents=True)
            except FileExistsError:
                if not place.is_dir():
                    raise
                continue
            return place
    except OSError as error:
        target = wanted if wanted is not None else read_settings().results_folder
        raise StoreError(
            f"cannot write to {target}: {error.strerror or error}; name another folder with --out"
        ) from error
    raise StoreError(f"{root} holds a hundred runs of this second; name a folder with --out")


def safe(game: str) -> str:
    """A game's name as a part of a folder's."""
    return re.sub(r"[^A-Za-z0-9_.=,-]+", "_", game).strip("_")


@contextmanager
def claimed(place: Path | None) -> Iterator[None]:
    """Let nobody else write a run meanwhile; the claim ends with the process, however that ends.

    Raises:
        StoreError: another process writes it, or it is no folder that can be read.
    """
    if place is None:
        yield
        return
    with _opened(place) as folder:
        # Whoever only looks whether a run is being written holds the claim for an instant.
        until = monotonic() + PATIENCE
        while _claim(folder) is False:
            if monotonic() > until:
                raise StoreError(
                    f"{place} is being written by another process right now; "
                    "wait until it ends, or stop it with Ctrl-C"
                )
            sleep(PATIENCE / 20)
        yield


def being_written(place: Path) -> bool:
    """Whether a process plays a run right now; True also where nobody can tell.

    Raises:
        StoreError: it is no folder that can be read.
    """
    with _opened(place) as folder:
        return not _claim(folder)


@contextmanager
def _opened(place: Path) -> Iterator[int]:
    try:
        folder = os.open(place, os.O_RDONLY)
    except OSError as error:
        raise StoreError(f"cannot read {place}: {error.strerror or error}") from error
    try:
        yield folder
    finally:
        os.close(folder)


def _claim(folder: int) -> bool | None:
    """Whether the folder is claimed now, until it is closed; None where it cannot be."""
    try:
        import fcntl
    except ImportError:
        # Where folders cannot be locked, only the user can see to it.
        return None
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # Some network drives know no locks.
        return None
    return True


def start_manifest(
    place: Path, plan: Plan, command: Sequence[str], formats: Sequence[str], objects: Sequence[str]
) -> None:
    """Write down how to make this run again.

    Args:
        place: the run's folder.
        plan: what it is to do.
        command: what was asked for.
        formats: of its summaries.
        objects: the policies that are no specs, so that no other process can make them.
    """
    manifest = {
        "command": without_secrets(command),
        "plan": asdict(plan),
        "formats": list(formats),
        "objects": list(objects),
        **_provenance(),
    }
    _write(place / MANIFEST, json.dumps(manifest, indent=2) + "\n")
    settle(place.parent)


def start_series(
    place: Path, plans: Sequence[Plan], command: Sequence[str], formats: Sequence[str]
) -> dict[str, Path]:
    """Write down which games a folder is to hold, and give the folder of each game's run."""
    games = {plan.game: safe(plan.game) for plan in plans}
    manifest = {
        "command": without_secrets(command),
        "games": games,
        "plans": [asdict(plan) for plan in plans],
        "formats": list(formats),
        **_provenance(),
    }
    _write(place / MANIFEST, json.dumps(manifest, indent=2) + "\n")
    settle(place.parent)
    return {game: place / name for game, name in games.items()}


def finish_series(place: Path, summary: str, *, interrupted: bool) -> None:
    """Write the table across the games, and the end into the manifest."""
    manifest = read_manifest(place) | {"finished": _now(), "interrupted": interrupted}
    _write(place / MANIFEST, json.dumps(manifest, indent=2) + "\n")
    _write(place / "summary.md", summary)


def _provenance() -> dict[str, Any]:
    """With what a run is made."""
    return {
        "started": _now(),
        "finished": None,
        "openenv_tui": __version__,
        "packages": {name: _version(name) for name in PACKAGES},
        "python": platform.python_version(),
        "machine": f"{platform.system()} {platform.machine()}",
        "revision": _revision(),
    }


def finish_folder(place: Path, table: Table, formats: Sequence[str], *, interrupted: bool) -> None:
    """Write the summaries, and the end into the manifest."""
    manifest = read_manifest(place)
    manifest |= {"finished": _now(), "interrupted": interrupted}
    _write(place / MANIFEST, json.dumps(manifest, indent=2) + "\n")
    for name in dict.fromkeys(["csv", "md", *formats]):
        _write(place / f"summary.{SUFFIXES.get(name, name)}", EXPORTERS.load(name)(table))


def planned(place: Path, *, same_versions: bool = True) -> Plan:
    """The plan of a run that is to go on, or to be made again, from its manifest.

    Args:
        place: the run's folder.
        same_versions: refuse what another version of this program or of the engine began.

    Raises:
        StoreError: there is none that can be read.
        UsageError: another version of this program began the run, or its policies were objects.
    """
    manifest = read_manifest(place)
    if not (place / MANIFEST).exists() and not (place / FILE_NAME).exists():
        raise StoreError(
            f"there is no run in {place}: {MANIFEST} and {FILE_NAME} are missing; "
            "`openenv-tui runs` lists the runs below results/"
        )
    if "plan" not in manifest:
        raise StoreError(
            f"{place} has no {MANIFEST} that can be read, so nobody knows what is left to play"
        )
    anew = f"openenv-tui rerun {shlex.quote(str(place))}"
    for what, then, now in (
        ("openenv-tui", manifest.get("openenv_tui"), __version__),
        ("open_spiel", manifest.get("packages", {}).get("open_spiel"), _version("open_spiel")),
    ):
        if same_versions and then != now:
            raise UsageError(
                f"{place} was begun with {what} {then}, and this is {now}: its episodes might not "
                f"fit together; install that version, or make the run again with: {anew}"
            )
    if manifest.get("objects"):
        raise UsageError(
            f"the policies {', '.join(manifest['objects'])} of {place} were objects of a program, "
            "which only that program can make; evaluate them there again"
        )
    return plan_of(manifest["plan"], place)


def plan_of(written: Mapping[str, Any], place: Path) -> Plan:
    """A plan as manifests hold it.

    Raises:
        StoreError: it cannot be read.
    """
    try:
        known = {each.name: written[each.name] for each in fields(Plan) if each.name in written}
        held = known.get("tournament")
        return Plan(**known | {
            "policies": tuple(known["policies"]),
            "against": tuple(map(tuple, known.get("against", ()))),
            "lengths": tuple(known.get("lengths", ())),
            "tournament": None if held is None else Tournament(**held),
        })  # fmt: skip
    except (TypeError, KeyError) as error:
        raise StoreError(f"{place / MANIFEST} holds no plan that can be read: {error}") from error


def resume_command(place: Path) -> str:
    """What goes on with a run."""
    return f"openenv-tui resume {shlex.quote(str(place))}"


def list_runs(root: Path | None = None) -> list[Path]:
    """The folders of runs below ``root``, or where the settings say, the newest first."""
    root = root if root is not None else read_settings().results_folder
    if not root.is_dir():
        return []
    logs = [place for place in root.rglob(FILE_NAME) if place.is_file()]
    return [log.parent for log in sorted(logs, key=lambda log: (_touched(log), str(log)))][::-1]


def _touched(log: Path) -> float:
    """When something was last written into a log; the newest lies in a second file at first."""
    newest = log.with_name(f"{log.name}-wal")
    times = [each.stat().st_mtime for each in (log, newest) if each.is_file()]
    return max(times, default=0.0)


def list_series(runs: Sequence[Path]) -> list[Path]:
    """The folders that hold runs of several games, of those runs, in the same order."""
    parents = dict.fromkeys(place.parent for place in runs)
    return [place for place in parents if read_manifest(place).get("games")]


def find_run(name: str) -> Path:
    """The folder of a run, or of runs of several games: a path, a name below results/, or "latest".

    Raises:
        UnknownNameError: there is none; the nearest is suggested.
    """
    if Path(name).is_dir():
        return Path(name)
    runs = list_runs()
    series = list_series(runs)
    if name == "latest" and runs:
        return runs[0].parent if runs[0].parent in series else runs[0]
    for place in (*series, *runs):
        if place.name == name:
            return place
    hint = "`openenv-tui runs` lists them" if runs else "there are none yet: openenv-tui eval catch"
    raise UnknownNameError("run", name, [place.name for place in runs], hint)


def read_manifest(place: Path) -> dict[str, Any]:
    """A run's manifest; {} if it has none that can be read."""
    try:
        found = json.loads((place / MANIFEST).read_text())
    except (OSError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    # Whoever reads it may rely on the kinds of its values.
    return {key: value for key, value in found.items() if isinstance(value, KINDS.get(key, object))}


def _write(path: Path, content: str | bytes) -> None:
    try:
        write_whole(path, content)
    except OSError as error:
        raise StoreError(
            f"cannot write {path}: {error.strerror or error}; the log beside it is kept, and "
            "`openenv-tui export` makes the summaries again"
        ) from error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def _revision() -> str | None:
    """The git revision of the working directory, where there is one: of the user's own policies."""
    try:
        asked = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12"],
            capture_output=True,
            text=True,
            timeout=5,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return asked.stdout.strip() or None
