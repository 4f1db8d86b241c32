"""The instrument itself: it finds what was planted, shows it as it is, and does the same again when asked."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator

import pytest

from tests.differential.fuzz import curl, odd_bodies, odd_targets, report
from tests.differential.fuzz.contract import committed, operations
from tests.differential.fuzz.link import Link, ServerGone
from tests.differential.fuzz.play import Difference, Player
from tests.differential.fuzz.search import Finding, Search
from tests.differential.fuzz.steps import PLACEHOLDER, Step
from tests.differential.fuzz.tally import Tally
from tests.differential.planted import altered
from tests.servers import ROOT, free_port

BUDGET = 1500
OPERATIONS = operations(committed())
# What is planted, what it must be called, and the operations of the shortest way to it.
PLANTED = {
    "status": (b"HTTP/1.1 405 ", b"HTTP/1.1 404 ", r".*: status 405 and 404", []),
    "header": (b"nosniff", b"noSniff", r"header x-content-type-options", []),
    "body": (b"urn:problem:wrong-password", b"urn:problem:wrong_password", r"POST /auth/(login|session): body", []),
    "late": (b'"version":2', b'"version":3', r"(PUT|PATCH) /books/{book_id}: body", ["POST /books/"]),
}


@pytest.fixture(scope="module")
def server(own_servers: dict[str, str]) -> str:
    """One server that is right, whichever."""
    return next(iter(own_servers.values()))


def search(server: str, other: str, seed: int = 1) -> Finding:
    tally = Tally()
    players = [Player((Link(server), Link(other)), tally) for _ in range(2)]
    found = Search(players, OPERATIONS, seed=seed, budget=BUDGET, most_kinds=1).run()
    for player in players:
        player.close()
    assert found, tally.summary()
    return found[0]


@pytest.fixture(params=PLANTED, scope="module")
def planted(request: pytest.FixtureRequest, server: str) -> Iterator[tuple[str, str, Finding]]:
    """Its name, where the server is that has it, and what was found of it."""
    old, new, _, _ = PLANTED[request.param]
    with altered(server, old, new) as other:
        yield request.param, other, search(server, other)


def test_what_was_planted_is_found_and_shrunk(planted: tuple[str, str, Finding]) -> None:
    name, _, (difference, _, repeated) = planted
    _, _, kind, way = PLANTED[name]
    assert repeated
    assert re.fullmatch(kind, difference.kind)
    accounts = {"POST /auth/register", "POST /auth/login"}
    assert [step.operation for step in difference.steps[:-1] if step.operation not in accounts] == way
    assert len(difference.steps) <= 4


@pytest.mark.skipif(not (shutil.which("bash") and shutil.which("curl")), reason="needs bash and curl")
def test_the_printed_commands_show_the_difference(planted: tuple[str, str, Finding], server: str) -> None:
    name, other, (difference, _, _) = planted
    old, new, _, _ = PLANTED[name]
    script = "\n".join(report.commands(difference, (server, other)))
    done = subprocess.run(["bash", "-euc", script], capture_output=True, timeout=60, check=False)
    assert done.returncode == 0, (script, done.stderr)
    answers = re.split(rb"(?=HTTP/1\.1 )", done.stdout)[1:]
    assert len(answers) == 2, script
    assert [old in answer for answer in answers] == [True, False], script
    assert [new in answer for answer in answers] == [False, True], script


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_every_byte_arrives_through_the_shell() -> None:
    bodies = [*odd_bodies.JSON_BODIES, *odd_bodies.FORM_BODIES, *odd_bodies.CSV_BODIES]
    targets = [text.encode("latin-1") for text in (*odd_targets.PATHS, *odd_targets.QUERIES)]
    # A NUL goes another way, as no argument can hold it.
    words = [word for word in (*bodies, *targets) if b"\x00" not in word and len(word) < 50_000]
    script = "\n".join(f"printf '%s\\0' {curl.quoted(word)}" for word in words)
    values = {"tag": "7", "alice": "alice-7"}
    done = subprocess.run(["bash", "-euc", script], env=os.environ | values, capture_output=True, check=True)
    filled = [PLACEHOLDER.sub(lambda found: values[found[1].decode()].encode(), word) for word in words]
    assert done.stdout.split(b"\0")[:-1] == filled


class Recorder(Player):
    """Sends nothing and remembers what it should have sent."""

    def __init__(self) -> None:
        super().__init__((Link("http://127.0.0.1:1"),) * 2, Tally())
        self.sequences: list[list[Step]] = []

    def play(self, sequence: Iterable[Step]) -> Difference | None:
        self.sequences.append(list(sequence))
        for step in self.sequences[-1]:
            self.tally.add(step.operation, 200)
        return None


def sent_with(seed: int) -> list[list[Step]]:
    recorder = Recorder()
    Search([recorder], OPERATIONS, seed=seed, budget=500).run()
    return recorder.sequences


def test_a_seed_decides_every_step() -> None:
    assert sent_with(7) == sent_with(7)
    assert sent_with(7) != sent_with(8)


def test_a_seed_means_the_same_whatever_else_is_loaded() -> None:
    code = "from tests.differential.test_fuzzer import sent_with; print(sent_with(7))"
    loading = ("", "import shared.seed, shared.librarian, flask_impl.app; ")
    commands = [[sys.executable, "-c", more + code] for more in loading]
    printed = {subprocess.run(one, cwd=ROOT, capture_output=True, text=True, check=True).stdout for one in commands}
    assert len(printed) == 1


def test_a_server_that_is_down_is_no_server_that_agrees() -> None:
    gone = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(ServerGone):
        search(gone, gone)
