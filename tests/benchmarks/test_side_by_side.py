"""Both implementations beside each other: every line once, handlers together, rules and costs where they belong."""

import re
from html import unescape
from pathlib import Path

import pytest

from benchmarks.analyse import analyse
from benchmarks.cli import main
from benchmarks.side_by_side import Measured, side_by_side
from benchmarks.side_by_side.alignment import align, pair_lines
from benchmarks.side_by_side.areas import CONTRACT, COSTS, TWINS, Area, areas
from benchmarks.side_by_side.code import lines_of_code, read_code
from benchmarks.side_by_side.colour import coloured_lines, line_html
from benchmarks.side_by_side.costs import choice_of, costs
from benchmarks.side_by_side.rules import read_rules
from benchmarks.workloads import ALL_WORKLOADS
from tests.benchmarks.factories import FIELD, a_contender, a_plan, a_run

ROOT = Path(__file__).resolve().parents[2]
AREAS = areas(ROOT)
BY_NAME = {area.name: area for area in AREAS}


@pytest.fixture(scope="module")
def measured() -> Measured:
    run = a_run(a_plan(workloads=("read", "login", "journey")))
    return Measured(run, analyse(run))


@pytest.fixture(scope="module")
def page(measured: Measured) -> str:
    return side_by_side(ROOT, measured)


def text_of(html: str) -> str:
    return unescape(re.sub("<[^>]*>", "", html))


def test_code_is_counted_without_blank_lines_comments_and_docstrings() -> None:
    head = '"""Title.\n\nMore.\n"""\n\n# why\nX = """a\nb"""\n\n\n'
    source = head + 'def f():\n    """Say."""\n    return (  # here\n        1\n    )\n'
    assert lines_of_code(source) == 2 + 1 + 3


def test_a_docstring_beside_code_takes_no_code_away() -> None:
    assert lines_of_code("def f(): ...\n\nclass A:\n    'Say.'\n    x = 'data'\n") == 3


def test_routes_are_those_of_the_router_with_their_prefix_and_parameters_in_braces() -> None:
    flask = 'router = Blueprint("b", __name__, url_prefix="/b")\n@router.get("/<text:x>/y")\n@other(1)\ndef f(): ...\n'
    fastapi = 'router = APIRouter(prefix="/b")\n@router.get("/{x:path}/y", status_code=1)\nasync def f(): ...\n'
    assert read_code(flask).routes == read_code(fastapi).routes == ["GET /b/{x}/y"]


def test_rules_are_the_names_of_tests_as_sentences() -> None:
    head = '"""Title.\n\nMore."""\ndef helper(): ...\n'
    source = head + "def test_an_etag_is_kept() -> None: ...\nclass TestX:\n    def test_b(self): ...\n"
    assert read_rules(source) == ("Title.", ["An ETag is kept.", "B."])


@pytest.mark.parametrize("area", AREAS, ids=lambda area: area.name)
def test_every_line_of_both_files_stands_in_the_rows_once_and_in_order(area: Area) -> None:
    rows = align(area.flask, area.fastapi)
    for code, lines in (area.flask, [row.left for row in rows]), (area.fastapi, [row.right for row in rows]):
        count = len(code.text.splitlines()) if code else 0
        assert [line for line in lines if line is not None] == list(range(count))


@pytest.mark.parametrize("area", [area for area in AREAS if area.routes], ids=lambda area: area.name)
def test_handlers_stand_beside_themselves(area: Area) -> None:
    assert area.flask
    assert area.fastapi
    flask, fastapi = area.flask.text.splitlines(), area.fastapi.text.splitlines()
    beside = [(row.left, row.right) for row in align(area.flask, area.fastapi)]
    handlers = re.findall(r"^@router\.\w+\(.*\n(?:@.*\n)*def (\w+)", area.flask.text, re.MULTILINE)
    assert len(handlers) == len(area.routes)
    for name in handlers:
        (left,) = (line for line, text in enumerate(flask) if f"def {name}(" in text)
        (right,) = (line for line, text in enumerate(fastapi) if f"def {name}(" in text)
        assert (left, right) in beside, name


def test_a_row_is_the_same_only_if_its_lines_are() -> None:
    area = BY_NAME["books"]
    assert area.flask
    assert area.fastapi
    flask, fastapi = area.flask.text.splitlines(), area.fastapi.text.splitlines()
    for row in align(area.flask, area.fastapi):
        one, other = ("" if row.left is None else flask[row.left]), ("" if row.right is None else fastapi[row.right])
        assert row.same == (one == other), (one, other)


def test_lines_are_paired_in_order_with_those_they_are_most_like() -> None:
    left = ["book = read(1)", "return book"]
    right = ["x = 3", "book = await read(1)", "log(x)", "return book"]
    assert pair_lines(left, right) == [(None, 0), (0, 1), (None, 2), (1, 3)]


def test_a_decorator_stands_beside_itself_however_much_else_it_says() -> None:
    left = ['@router.post("/")', "@operation(user=True)", "def add(): ..."]
    right = [
        '@router.post("/", status_code=201, responses={201: sends("Location"), **problems(400, 401, 403)})',
        "async def add(a, b, c, d, e): ...",
    ]
    assert pair_lines(left, right) == [(0, 0), (1, None), (2, 1)]


def test_changed_words_are_marked_and_nothing_else() -> None:
    (row,) = align(read_code("x = read(a)\n"), read_code("x = await read(b)\n"))
    assert line_html(coloured_lines("x = read(a)\n")[0], row.left_changes) == "x = read(<mark>a</mark>)"
    marked = line_html(coloured_lines("x = await read(b)\n")[0], row.right_changes)
    assert marked == "x = <mark><i class=k>await</i></mark> read(<mark>b</mark>)"


def test_colours_lose_no_character_and_escape_markup() -> None:
    source = 'x = "<b>&"  # </td>\n\n\ny = """a\n b"""\n'
    html = "\n".join(line_html(line, []) for line in coloured_lines(source))
    assert text_of(html) == source
    assert "<b>" not in html


def test_areas_are_all_files_of_the_twins() -> None:
    stems = {path.stem for folder in TWINS.values() for path in (ROOT / folder).glob("*.py")}
    assert set(BY_NAME) == stems - {"__init__"}
    assert BY_NAME["openapi"].flask is None


def test_every_file_of_the_contract_suite_belongs_to_exactly_one_area() -> None:
    claimed = sorted(stem for stems in CONTRACT.values() for stem in stems)
    assert claimed == sorted(path.stem.removeprefix("test_") for path in (ROOT / "tests/contract").glob("test_*.py"))
    assert set(CONTRACT) <= set(BY_NAME)


def test_every_workload_has_an_area_or_goes_through_many() -> None:
    told = [name for names in COSTS.values() for name in names]
    assert {*told, "journey"} == set(ALL_WORKLOADS)
    assert len(told) == len(set(told))
    assert set(COSTS) <= set(BY_NAME)


def test_costs_are_fastapi_divided_by_flask_of_the_usual_servers(measured: Measured) -> None:
    choice = choice_of(measured)
    assert choice
    assert (choice.base.name, choice.other.name) == ("flask-gunicorn", "fastapi-uvicorn")
    (cost,) = costs(measured, ("read", "list"))
    assert cost.title == "Read one"
    assert cost.base_ms
    assert cost.other_ms
    assert cost.other_ms / cost.base_ms == pytest.approx(1.5, rel=0.02)
    assert cost.ratio
    assert cost.ratio.low < 1.5 < cost.ratio.high
    assert cost.word == "slower"


def test_a_run_without_both_twins_has_no_costs() -> None:
    alone = [one for one in FIELD if one.framework == "Flask"] + [a_contender("other", "Django", default=True)]
    run = a_run(a_plan(contenders=alone))
    assert costs(Measured(run, analyse(run)), ("read",)) == []


def test_the_page_tells_lines_rules_and_costs_of_each_area(page: str) -> None:
    text = text_of(page)
    for area in AREAS:
        assert f"<section id={area.name}>" in page
        assert f"href=#{area.name}>" in page
        assert all(f"{code.lines_of_code} lines of code" in text for code in area.codes)
        assert not area.rules or f"{area.rule_count} rules of the contract" in text
    assert "Anyone reads a book." in text
    assert "not measured here" in text
    assert "Read one 1.5" in text


def test_the_page_needs_no_network_and_no_script_and_is_small(page: str) -> None:
    around_the_code = re.sub("<table class=code>.*?</table>", "", page, flags=re.DOTALL)
    assert not re.search(r"<script|<link|<img|src=|https?:|@import|url\(", around_the_code)
    assert len(page.encode()) < 1_500_000


def test_without_a_run_no_cost_is_told_and_the_page_is_the_same_bytes_each_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "page.html"
    assert main(["side-by-side", "--output", str(path)]) == 0
    assert str(path) in capsys.readouterr().out
    page = path.read_text("utf-8")
    assert page == side_by_side(ROOT)
    assert "No run stands behind this page" in page
    assert "CPU per request: not measured here." in text_of(page)


def test_a_page_that_cannot_be_written_is_one_clear_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["side-by-side", "--output", str(tmp_path / "none" / "page.html")]) == 1
    assert "cannot be written: No such file" in capsys.readouterr().err


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    shades = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (shade / 12.92 if shade <= 0.04045 else ((shade + 0.055) / 1.055) ** 2.4 for shade in shades)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("ink", ["ink", "k", "s", "c", "n", "e", "f"])
@pytest.mark.parametrize("ground", ["paper", "row", "mark"])
def test_code_can_be_read_on_every_ground(theme: int, ink: str, ground: str) -> None:
    style = (ROOT / "benchmarks/side_by_side/style.css").read_text("utf-8")
    hexadecimal = "(#(?:[0-9a-f]{6}|[0-9a-f]{3}));?"
    front, back = (re.findall(f"--{name}:{hexadecimal}", style)[theme] for name in (ink, ground))
    shades = sorted(luminance(one if len(one) == 7 else "#" + 2 * one[1:]) for one in (front, back))
    assert (shades[1] + 0.05) / (shades[0] + 0.05) >= 4.5
