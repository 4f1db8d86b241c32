"""The file of contenders, its mistakes, and the choice among them."""

from inspect import iscoroutinefunction
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from benchmarks import contenders
from benchmarks.analyse import pairs
from benchmarks.failures import UsageError
from benchmarks.launch import command_of
from benchmarks.variants import sync_routes
from fastapi_impl import books
from tests.benchmarks.factories import FIELD

GOOD = """
[[contender]]
name = "one"
framework = "Flask"
server = "gunicorn"
command = ["run", "{port}"]
"""
NAMES = [contender.name for contender in FIELD]


def test_the_answer_is_about_both_frameworks_on_their_own_and_on_the_same_server() -> None:
    field = contenders.load(contenders.CONTENDERS_FILE)
    assert {one.name: (one.framework, one.server) for one in field.contender if one.default} == {
        "flask-gunicorn": ("Flask", "gunicorn"),
        "fastapi-uvicorn": ("FastAPI", "uvicorn"),
        "flask-granian": ("Flask", "granian"),
        "fastapi-granian": ("FastAPI", "granian"),
    }
    assert field.control in NAMES


def test_the_committed_contenders_have_equal_threads_and_every_place_is_filled() -> None:
    field = contenders.load(contenders.CONTENDERS_FILE).contender
    assert len({one.threads for one in field}) == 1
    assert not [part for one in field for part in command_of(one, 8123) if "{" in part]
    assert all("8123" in " ".join(command_of(one, 8123)) for one in field)


def test_every_committed_variant_differs_from_another_contender_in_one_thing_only() -> None:
    field = contenders.load(contenders.CONTENDERS_FILE).contender
    compared = {contender.name for pair in pairs(field) for contender in (pair.base, pair.other)}
    assert compared == {one.name for one in field}


def test_routes_that_are_plain_functions_really_are() -> None:
    served = {route.name: route.endpoint for route in sync_routes.router.routes if isinstance(route, APIRoute)}
    twin = {route.name for route in books.router.routes if isinstance(route, APIRoute)}
    assert served.keys() == twin
    assert not any(iscoroutinefunction(endpoint) for endpoint in served.values())


@pytest.mark.parametrize(
    ("text", "name"), [("shop=http://127.0.0.1:9/", "shop"), ("new-one=https://books.example", "new-one")]
)
def test_a_server_elsewhere_is_named_by_whoever_asks(text: str, name: str) -> None:
    contender = contenders.elsewhere(text)
    assert (contender.name, contender.command) == (name, [])
    assert not contender.url.endswith("/")


@pytest.mark.parametrize("text", ["http://127.0.0.1:9", "shop", "shop=", "Shop 1=http://127.0.0.1:9", "shop=ftp://x"])
def test_what_names_no_server_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--url takes NAME=URL"):
        contenders.elsewhere(text)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[[contender", "cannot be read"),
        ("", "contender: Field required"),
        ('contender = "one"', "contender: Input should be a valid list"),
        (GOOD.replace('server = "gunicorn"\n', ""), "contender.0.server: Field required"),
        (GOOD.replace('"one"', '"One two"'), "contender.0.name: String should match"),
        (GOOD.replace('"Flask"', '""'), "contender.0.framework: String should have at least 1 character"),
        (GOOD.replace('["run", "{port}"]', '"run"'), "contender.0.command: Input should be a valid list"),
        (GOOD.replace('["run", "{port}"]', "[]"), "contender.0: Value error, needs either a command or a url"),
        (GOOD + 'url = "http://127.0.0.1"\n', "contender.0: Value error, needs either a command or a url"),
        (GOOD.replace('"{port}"', '"5000"'), "the command of one has no {port}"),
        (GOOD.replace('"{port}"', '"{sockets}"'), "the command of one has a place that nothing fills: 'sockets'"),
        (GOOD + 'workloads = ["dance"]\n', "one names the unknown workload 'dance'"),
        (GOOD + 'profiles = ["slow"]\n', "one names the unknown profile 'slow'"),
        (GOOD + "workers = 0\n", "contender.0.workers: Input should be greater than or equal to 1"),
        (GOOD + "colour = 1\n", "contender.0.colour: Extra inputs are not permitted"),
        ("speed = 1\n" + GOOD, "speed: Extra inputs are not permitted"),
        (GOOD + GOOD, "two contenders have the same name"),
        ('control = "two"\n' + GOOD, "the control 'two' is no contender"),
    ],
)
def test_a_mistake_in_the_file_is_one_clear_line(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(UsageError) as caught:
        contenders.load(path)
    message = str(caught.value)
    assert message.startswith("mine.toml")
    assert complaint in message
    assert "\n" not in message


@pytest.mark.parametrize("content", [None, b"\xff\xfe"], ids=["missing", "not-utf-8"])
def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "mine.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UsageError, match=r"^mine\.toml cannot be read: "):
        contenders.load(path)


def test_all_are_chosen_when_none_is_named() -> None:
    assert contenders.choose(NAMES, [], [], "contender") == NAMES


def test_the_chosen_keep_the_order_of_the_file_and_lose_what_is_excepted() -> None:
    assert contenders.choose(NAMES, [NAMES[3], NAMES[0], NAMES[1]], [NAMES[1]], "contender") == [NAMES[0], NAMES[3]]


@pytest.mark.parametrize(("only", "but"), [(["django"], []), ([], ["django"])])
def test_an_unknown_name_is_refused_with_all_known_ones(only: list[str], but: list[str]) -> None:
    with pytest.raises(UsageError, match="unknown contender 'django'") as caught:
        contenders.choose(NAMES, only, but, "contender")
    assert all(name in str(caught.value) for name in NAMES)


def test_excepting_everything_is_refused() -> None:
    with pytest.raises(UsageError, match="no workload is left to measure"):
        contenders.choose(["read"], [], ["read"], "workload")


def test_the_control_is_the_same_server_under_a_second_name() -> None:
    *originals, again = contenders.with_control(FIELD, "fastapi-uvicorn")
    assert originals == FIELD
    assert (again.name, again.control_of, again.default) == ("fastapi-uvicorn-again", "fastapi-uvicorn", False)
    assert (again.command, again.threads, again.label) == (FIELD[1].command, FIELD[1].threads, FIELD[1].label)


def test_the_first_contender_is_the_control_when_the_named_one_is_not_measured() -> None:
    assert contenders.with_control(FIELD[2:], "fastapi-uvicorn")[-1].control_of == FIELD[2].name
