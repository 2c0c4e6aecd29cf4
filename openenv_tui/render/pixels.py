"""Images: two dots to a column in half blocks, or letters of different brightness."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from openenv_tui.render.lines import Line, Picture, Room, Span
from openenv_tui.views import PixelsView

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Dots = NDArray[np.uint8]
    """Rows, columns, and red, green and blue."""

ASCII_RAMP: Final = " .:-=+*#%@"
RAMP: Final = " ·░▒▓█"
LUMA: Final = (0.299, 0.587, 0.114)
"""How bright red, green and blue look (ITU-R BT.601)."""
LIFT: Final = 0.6
"""Below 1, dark dots show as letters too: in games the ground is often black."""


def draw_pixels(view: PixelsView, room: Room) -> Picture:
    """The whole image, as large as fits: enlarged by a whole factor or averaged over areas."""
    if min(view.width, view.height, room.width, room.height) < 1:
        return Picture(())
    # Loaded on first use: most games draw no image.
    import numpy as np

    dots = np.frombuffer(view.dots, dtype=np.uint8).reshape(view.height, view.width, 3)
    dots = _scaled(dots, room.width, 2 * room.height)
    if room.colour and not room.ascii_only:
        return Picture(tuple(_halves(dots)))
    return Picture(tuple(_shades(dots, room)))


def pixels_height(view: PixelsView, width: int) -> int:
    """Lines that the image takes at that width, if height is no matter."""
    if not view.width or not view.height:
        return 0
    factor = width / view.width
    factor = int(factor) if factor >= 1 else factor
    return max(1, -(-round(view.height * factor) // 2))


def _scaled(dots: Dots, width: int, height: int) -> Dots:
    import numpy as np

    down, across = dots.shape[:2]
    factor = min(width / across, height / down)
    if factor >= 1:
        return dots.repeat(int(factor), axis=0).repeat(int(factor), axis=1)
    rows, columns = max(1, round(down * factor)), max(1, round(across * factor))
    averaged = _averaged(_averaged(dots, rows, 0), columns, 1)
    # A little fewer colours make longer runs of one colour, which are faster to send.
    coarse = (averaged + 0.5).astype(np.uint8)
    coarse &= 0xF8
    coarse |= coarse >> 5
    return coarse


def _averaged(dots: NDArray[Any], length: int, axis: int) -> NDArray[Any]:
    """An axis shortened by area average: each new dot is the mean of the stretch it covers."""
    import numpy as np

    old = dots.shape[axis]
    if old <= length:
        return dots
    sums = np.zeros([n + 1 if a == axis else n for a, n in enumerate(dots.shape)], "float32")
    inner = (slice(None),) * axis + (slice(1, None),)
    np.cumsum(dots, axis=axis, dtype="float32", out=sums[inner])
    edges = np.linspace(0, old, length + 1)
    whole = np.minimum(edges.astype(int), old - 1)
    part = (edges - whole).astype("float32").reshape([-1 if a == axis else 1 for a in range(3)])
    at_edges = sums.take(whole, axis) * (1 - part) + sums.take(whole + 1, axis) * part
    means: NDArray[Any] = np.diff(at_edges, axis=axis) * (length / old)
    return means.clip(0, 255)


def _halves(dots: Dots) -> list[Line]:
    """Upper halves of columns in one colour on a ground of another."""
    import numpy as np

    colours = dots.astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])
    upper = colours[0::2]
    lower = colours[1::2]
    odd = len(lower) < len(upper)
    if odd:
        lower = np.concatenate([lower, np.full((1, colours.shape[1]), -1)])
    changes = (upper[:, 1:] != upper[:, :-1]) | (lower[:, 1:] != lower[:, :-1])
    return [
        _runs(above.tolist(), under.tolist(), (np.flatnonzero(change) + 1).tolist())
        for above, under, change in zip(upper, lower, changes, strict=True)
    ]


def _runs(upper: list[int], lower: list[int], starts: list[int]) -> Line:
    spans: list[Span] = []
    for start, end in zip([0, *starts], [*starts, len(upper)], strict=True):
        ink, ground = upper[start], lower[start]
        if ink == ground:
            spans.append(Span(" " * (end - start), ground=ground))
        else:
            spans.append(Span("▀" * (end - start), ink=ink, ground=ground if ground >= 0 else None))
    return tuple(spans)


def _shades(dots: Dots, room: Room) -> list[Line]:
    """A letter for the brightness of each column; in its colour, where there are colours."""
    import numpy as np

    if len(dots) % 2:
        dots = np.concatenate([dots, dots[-1:]])
    means = (dots[0::2].astype(np.float32) + dots[1::2]) / 2
    ramp = ASCII_RAMP if room.ascii_only else RAMP
    bright = (means @ np.array(LUMA, np.float32) / 256) ** LIFT
    levels = (bright * len(ramp)).astype(int)
    letters = ["".join(ramp[level] for level in row) for row in levels.tolist()]
    if not room.colour:
        return [(Span(row),) for row in letters]
    inks = (means.astype(np.int64) @ np.array([1 << 16, 1 << 8, 1])).tolist()
    return [
        tuple(Span(letter, ink=ink) for letter, ink in zip(row, colours, strict=True))
        for row, colours in zip(letters, inks, strict=True)
    ]
