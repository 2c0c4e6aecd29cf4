"""Numbers as people read them: short, with what changed, and many of them in one line."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array: TypeAlias = NDArray[np.float64]

BARS: Final = "▁▂▃▄▅▆▇█"
SPARKS: Final = 24
MOST_DIGITS: Final = 24


def is_number(value: Any) -> bool:
    """Whether it is a number; true and false are none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def number(value: float) -> str:
    """A number in at most some twenty letters."""
    if isinstance(value, int):
        if abs(value) < 10**15:
            return str(value)
        # So many digits take long to write, and nobody reads them.
        return f"about 2^{value.bit_length()}" if value.bit_length() > 64 else f"{value:.6e}"
    return f"{value:.6g}"


def difference(now: float, before: float) -> str:
    """How much more or less a number is, such as ``+2``; "" where that cannot be said."""
    try:
        more = now - before
    except OverflowError:
        return ""
    if isinstance(more, float) and not math.isfinite(more):
        return ""
    return number(more) if more < 0 else f"+{number(more)}"


def array(value: Any) -> Array | None:
    """A list of numbers, or of such lists, of one shape; None where it is not that."""
    # Loaded on first use: an observation of words needs none of it.
    import numpy as np

    if not _starts_with_number(value):
        return None
    try:
        found = np.array(value, dtype=np.float64)
    except (ValueError, TypeError, OverflowError):
        return None
    return found if found.size and found.ndim <= 4 else None


def _starts_with_number(value: Any) -> bool:
    for _ in range(5):
        if not isinstance(value, (list, tuple)) or not value:
            break
        value = value[0]
    return isinstance(value, (int, float))


def summary(values: Array) -> str:
    """Shape, least and greatest value, and how the numbers run."""
    import numpy as np

    shape = " x ".join(map(str, values.shape))
    flat = values.reshape(-1)
    finite = flat[np.isfinite(flat)]
    if not finite.size:
        return f"{shape} numbers, none finite"
    least, most = number(float(finite.min())), number(float(finite.max()))
    if least == most:
        return f"{shape} numbers, all {least}"
    return f"{shape} numbers {sparkline(flat)} {least} to {most}"


def sparkline(values: Sequence[float] | Array, columns: int = SPARKS) -> str:
    """The numbers as bars: each column is the mean of its stretch."""
    import numpy as np

    flat = np.asarray(values, dtype=np.float64)
    with np.errstate(over="ignore", invalid="ignore"):
        stretches = np.array_split(flat, min(columns, flat.size)) if flat.size else []
        means = np.array([float(stretch.mean()) for stretch in stretches])
        finite = means[np.isfinite(means)]
        if not finite.size:
            return ""
        low, span = float(finite.min()), float(finite.max()) - float(finite.min())
        span = span if 0 < span < math.inf else 1.0
        heights = (means - low) / span * (len(BARS) - 1)
    return "".join(BARS[round(h)] if math.isfinite(h) else " " for h in heights.tolist())
