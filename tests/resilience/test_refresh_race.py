"""Two servers are sent one refresh token at the same moment: never do both of them take it."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from tests.resilience.clients import Client, log_in, register
from tests.resilience.conftest import Effort, Place
from tests.resilience.progress import Progress
from tests.resilience.results import Results
from tests.servers import TWINS, serving

pytestmark = pytest.mark.timeout(1200)


async def race(clients: list[Client], name: str, first: int) -> tuple[int, bool]:
    """How many of the servers took a token that both were sent, and whether the session has outlived that."""
    token = (await log_in(clients[first], name))["refresh_token"]
    asked = [client.ask("POST", "/auth/refresh", {"refresh_token": token}) for client in clients]
    answers = await asyncio.gather(*(asked if first else reversed(asked)))
    assert {answer.status for answer in answers} <= {200, 401}, answers
    won = [answer.json() for answer in answers if answer.status == 200]
    alive = [
        (await client.ask("GET", "/auth/me", headers={"Authorization": f"Bearer {tokens['access_token']}"})).status
        for tokens in won
        for client in clients
    ]
    return len(won), 200 in alive


async def races(urls: list[str], rounds: int, progress: Progress) -> tuple[Counter[int], int]:
    """How often there were so many winners, and how often one that kept its session."""
    clients = [Client(url) for url in urls]
    name = await register(clients[0])
    winners: Counter[int] = Counter()
    survivors = 0
    for number in range(rounds):
        won, alive = await race(clients, name, number % 2)
        winners[won] += 1
        survivors += alive
        progress.show(f"{number + 1} rounds, winners {dict(winners)}")
    for client in clients:
        client.close()
    return winners, survivors


def test_of_two_servers_that_race_for_one_refresh_token_at_most_one_wins(
    place: Place, effort: Effort, results: Results, progress: Progress, tmp_path: Path
) -> None:
    with (
        serving(TWINS[0], place.environment, tmp_path / "log-0") as one,
        serving(TWINS[1], place.environment, tmp_path / "log-1") as other,
    ):
        winners, survivors = asyncio.run(races([one, other], effort["rounds"], progress))
    figures = {"one_winner": winners[1], "no_winner": winners[0], "two_winners": winners[2]}
    results.note("refresh races", place.backend, {"rounds": effort["rounds"], **figures, "sessions_left": survivors})
    assert winners[2] == 0
    assert winners[1] > 0
    # Whoever came second has shown that the token was copied.
    assert survivors == 0
