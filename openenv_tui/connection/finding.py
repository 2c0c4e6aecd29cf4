"""One line of an audit: what was asked of a server, what was found, and what it means."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Verdict(StrEnum):
    """How a finding bears on an evaluation."""

    GOOD = "good"
    NOTE = "note"
    BAD = "bad"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Finding:
    """One line of an audit.

    Attributes:
        topic: what was asked, in a word or two.
        said: what was found.
        means: what that means for an evaluation.
        facts: the numbers behind it.
    """

    topic: str
    verdict: Verdict
    said: str
    means: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
