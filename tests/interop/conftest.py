"""The official framework as it is on PyPI."""

import warnings

import pytest

from tests.support.servers import NO_OPENENV, openenv_installed


def pytest_collection_modifyitems(items):
    if openenv_installed():
        return
    for item in items:
        if "interop" in item.path.parts:
            item.add_marker(pytest.mark.skip(reason=NO_OPENENV))


@pytest.fixture(scope="session")
def generic_client():
    """The official client for environments that nobody has written one for."""
    with warnings.catch_warnings():
        # The framework warns about its own dependencies while it is imported.
        warnings.simplefilter("ignore")
        from openenv.core import GenericEnvClient

    return GenericEnvClient
