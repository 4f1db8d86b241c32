"""Attacks need what the contract suite needs: a URL, a client and two users."""

import pytest

from tests.contract import conftest
from tests.contract.conftest import alice, api, bob

__all__ = ["alice", "api", "bob"]


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "before_the_database: an attack that no database gets to see; one will do")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "base_url" in metafunc.fixturenames:
        before = metafunc.definition.get_closest_marker("before_the_database")
        targets = conftest.targets()
        chosen = [target for target in targets if not (before and str(target.id).endswith("-postgresql"))]
        metafunc.parametrize("base_url", chosen, scope="session")
