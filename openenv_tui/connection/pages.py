"""What a server tells over HTTP, beside its WebSocket: its health, schemas and description."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit, urlunsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from openenv_tui.connection.targets import ENDPOINT
from openenv_tui.errors import UnreachableError, WireError
from openenv_tui.wire.codec import quoted
from openenv_tui.wire.transport import public_address

LARGEST: Final = 4 * 2**20
"""Bytes of a page; schemas are a few kilobytes."""
HTTP: Final = {"ws": "http", "wss": "https"}


class _Stay(HTTPRedirectHandler):
    """A server that sends elsewhere is not followed: headers may hold a token."""

    def redirect_request(self, *_: Any) -> None:
        return None


async def page(
    url: str, name: str, timeout: float, headers: Sequence[tuple[str, str]] = ()
) -> Mapping[str, Any] | None:
    """A page of the server whose WebSocket is at ``url``; None if it has no such page.

    Args:
        url: ws:// or wss://.
        name: such as "schema".
        timeout: seconds.
        headers: sent along.

    Raises:
        UnreachableError: it does not answer.
        WireError: what it answers is not an object of JSON, or too large.
    """
    return await asyncio.to_thread(_fetch, page_url(url, name), timeout, headers)


def page_url(url: str, name: str) -> str:
    """Where a page is, by the address of the WebSocket."""
    parts = urlsplit(url)
    path = parts.path.rstrip("/").removesuffix(ENDPOINT)
    return urlunsplit((HTTP.get(parts.scheme, "http"), parts.netloc, f"{path}/{name}", "", ""))


def _fetch(
    url: str, timeout: float, headers: Sequence[tuple[str, str]]
) -> Mapping[str, Any] | None:
    address = public_address(url)
    try:
        with build_opener(_Stay).open(Request(url, headers=dict(headers)), timeout=timeout) as got:
            body = got.read(LARGEST + 1)
    except HTTPError as error:
        error.close()
        return None
    except (URLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or error
        raise UnreachableError(f"{address} does not answer: {quoted(str(reason))}") from error
    if len(body) > LARGEST:
        raise WireError(f"{address} is longer than {LARGEST:,} bytes")
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        # An address behind which a web page answers everything.
        return None
    return found if isinstance(found, dict) else None
