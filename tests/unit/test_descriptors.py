"""Room for connections: made where it may be, and missed before the server starts."""

import resource

import pytest

from shared.config import ConfigError, Settings
from shared.descriptors import make_room, needed

SETTINGS = Settings(max_connections=500)


@pytest.fixture
def raised(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """The limits that were set."""
    calls: list[tuple[int, int]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda _which, limits: calls.append(limits))
    return calls


def limits(monkeypatch: pytest.MonkeyPatch, soft: int, hard: int) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda _which: (soft, hard))


def test_a_limit_that_is_low_is_raised_as_far_as_needed(
    monkeypatch: pytest.MonkeyPatch, raised: list[tuple[int, int]]
) -> None:
    limits(monkeypatch, 256, 4096)
    make_room(SETTINGS)
    assert raised == [(needed(SETTINGS), 4096)]
    assert needed(SETTINGS) > SETTINGS.max_connections + SETTINGS.connections


@pytest.mark.parametrize(("soft", "hard"), [(4096, 4096), (resource.RLIM_INFINITY, resource.RLIM_INFINITY)])
def test_a_limit_that_suffices_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, raised: list[tuple[int, int]], soft: int, hard: int
) -> None:
    limits(monkeypatch, soft, hard)
    make_room(SETTINGS)
    assert raised == []


def test_a_limit_that_does_not_suffice_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    limits(monkeypatch, 256, 512)
    with pytest.raises(ConfigError, match=r"^MAX_CONNECTIONS: \d+ descriptors are needed, and this system allows 512$"):
        make_room(SETTINGS)
