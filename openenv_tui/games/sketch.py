"""Draws an observation that no adapter was written for, by what it is."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from openenv_tui.views import TextView, View


def sketch(
    fields: Mapping[str, Any],
    *,
    before: Mapping[str, Any] | None = None,
    schema: Mapping[str, Any] | None = None,
    leave_out: Collection[str] = (),
) -> View:
    """The picture of an observation."""
    left = {key: value for key, value in fields.items() if key not in leave_out}
    return TextView(json.dumps(left, indent=1, default=str)[:4000])
