"""The page: the same bytes for the same run, nothing from the network, and everything that has to be said."""

import re
from collections.abc import Callable
from pathlib import Path
from statistics import median
from xml.etree import ElementTree

import pytest

from benchmarks.analyse import analyse
from benchmarks.failures import LabError
from benchmarks.records import Run
from benchmarks.report import publish, words
from benchmarks.report.headline import headline
from benchmarks.report.page import page
from benchmarks.report.ratio_charts import Evidence
from benchmarks.results import Results
from benchmarks.text import significant
from benchmarks.workloads import WORKLOADS
from tests.benchmarks.factories import FIELD, a_plan, a_run, a_trial, wobble
from tests.benchmarks.reports import HOSTILE, Elements, a_hostile_run, everything
from tests.benchmarks.test_results import kept

FILES = ("report.html", "summary.md", "report.json", "ratios.svg")


def page_of(run: Run) -> str:
    return page(run, analyse(run))


def rows_of(html: str) -> list[list[str]]:
    """The texts of all table rows, cell by cell."""
    rows = re.findall(r"<tr[^>]*>(.*?)</tr>", html)
    return [[Elements(cell).text for cell in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row)] for row in rows]


def test_the_same_run_renders_the_same_bytes_twice_wherever_it_lies(tmp_path: Path) -> None:
    contents = []
    for place in ("one", "two"):
        results = kept(a_run(), tmp_path / place)
        publish(results)
        contents.append([(results.folder / name).read_bytes() for name in FILES])
    assert contents[0] == contents[1]


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    html = page(*everything())
    elements = Elements(html)
    assert not re.search(r"https?://|url\(|@import", html)
    assert not {"script", "link", "img", "iframe", "object"} & set(elements.tags)
    assert not [name for name, _ in elements.attributes if name in {"src", "href"} or name.startswith("on")]


def test_the_page_of_everything_is_small_and_well_formed() -> None:
    html = page(*everything())
    assert len(html.encode()) < 300_000
    assert Elements(html).open == []
    for drawing in re.findall(r"<svg.*?</svg>", html):
        ElementTree.fromstring(drawing)  # noqa: S314  # our own words


def test_many_contenders_still_make_a_small_page() -> None:
    names = ("gunicorn", "uvicorn", "granian", "hypercorn", "waitress", "uwsgi")
    field = [
        FIELD[0].model_copy(update={"name": f"{framework.lower()}-{name}", "framework": framework, "server": name})
        for framework in ("Flask", "FastAPI")
        for name in names
    ]
    run = a_run(a_plan(rounds=4, workloads=list(WORKLOADS), contenders=field))
    html = page_of(run)
    assert len(html.encode()) < 250_000
    assert all(one.label in html for one in field)


def test_the_page_begins_with_the_answer_and_what_speaks_against_it() -> None:
    run, analysis = everything()
    text = Elements(page(run, analysis)).text
    places = [text.index(sentence) for sentence in (*headline(run, analysis), *words.doubts(analysis)[:1])]
    assert places == sorted(places)
    assert places[-1] < text.index("Can this be trusted?")


def test_the_page_says_every_ratio_as_the_analysis_has_it() -> None:
    run, analysis = everything()
    rows = rows_of(page(run, analysis))
    for one in analysis.comparisons:
        if one.ratio and one.metric == "cpu":
            told = {WORKLOADS[one.workload].title, words.interval(one.ratio), words.verdict(one)}
            assert any(told <= set(cells) for cells in rows)
        elif one.ratio:
            title = WORKLOADS[one.workload].title
            assert any(cells[0] == title and f"{words.interval(one.ratio)} {one.word}" in cells for cells in rows)


def test_the_page_says_the_cpu_of_every_cell() -> None:
    run, analysis = everything()
    rows = [cells for cells in rows_of(page(run, analysis)) if len(cells) == 4]
    for cell in analysis.cells:
        values = cell.cpu_s_per_1000
        figure = f"{significant(median(values))} ({significant(min(values))}–{significant(max(values))})"
        assert any(cells[0] == words.labels(run)[cell.contender] and cells[2] == figure for cells in rows)


def test_the_dots_of_a_ratio_surround_it() -> None:
    _, analysis = everything()
    evidence = Evidence.of(analysis)
    for one in analysis.comparisons:
        if one.metric == "cpu" and one.ratio and one.ratio.rounds == len(found := evidence.ratios(one)):
            assert min(found) <= one.ratio.estimate <= max(found)


def test_the_page_draws_the_promise_the_spectrum_the_capacity_and_the_layers() -> None:
    text = Elements(page(*everything())).text
    for part in ("promise: p99 < 100 ms", "1,510 (1,470–1,550)", "round 4: no rate was kept", "+60.0 (+58.5 to +61.5)"):
        assert part in text
    assert "Not searched" not in text
    assert "This run has no open-loop trials" not in text


def test_the_promise_of_the_plan_is_the_one_that_is_drawn() -> None:
    run, analysis = everything()
    other = run.model_copy(update={"plan": run.plan.model_copy(update={"promise": "p50 < 7 ms, max < 2 s"})})
    text = Elements(page(other, analysis)).text
    assert "promise: p50 < 7 ms" in text
    assert "promise: max < 2000 ms" in text
    assert "promise: p99" not in text


def test_every_chart_has_a_name_a_description_and_a_table() -> None:
    html = page(*everything())
    charts = re.findall(r'<svg class="chart".*?</svg>', html)
    assert charts
    assert all('role="img"' in chart and "<title>" in chart and "<desc>" in chart for chart in charts)
    assert html.count("The same as") == 3


def test_what_was_not_measured_is_one_sentence_that_says_how_to() -> None:
    text = Elements(page_of(a_run())).text
    for command in ("compare", "capacity", "layers"):
        assert f"python -m benchmarks {command}" in text


def test_scrolling_boxes_can_be_reached_by_keyboard() -> None:
    boxes = re.findall(r'<div class="wide"[^>]*>', page(*everything()))
    assert boxes
    assert all('tabindex="0"' in box and 'role="region"' in box for box in boxes)


def test_hostile_text_is_shown_and_never_obeyed() -> None:
    html = page_of(a_hostile_run())
    assert "script" not in Elements(html).tags
    assert Elements(html).text.count(HOSTILE) >= 6


def test_a_flood_of_reasons_is_cut_with_a_count() -> None:
    bad = [a_trial(number=number, invalid=["answers: " + "x" * 5000]) for number in range(200)]
    run = a_run()
    html = page_of(run.model_copy(update={"trials": [*run.trials, *bad]}))
    assert len(html.encode()) < 300_000
    assert "… and 140 more in report.json" in html


COSTS: dict[str, Callable[[str, int], float]] = {
    "a huge ratio": lambda name, number: (1e6 if name == "flask-granian" else 1e-6) * wobble(name, number),
    "an endless interval": lambda name, number: 1e4 if number and name == "flask-granian" else 1.0,
    "no difference at all": lambda name, number: 1.0,
    "costs of almost nothing": lambda name, number: 1e-12 * wobble(name, number),
}


@pytest.mark.parametrize("cost", COSTS.values(), ids=COSTS.keys())
@pytest.mark.parametrize("rounds", [1, 2, 3])
def test_extreme_costs_break_no_drawing(cost: Callable[[str, int], float], rounds: int) -> None:
    html = page_of(a_run(a_plan(rounds=rounds, contenders=FIELD[2:]), cost))
    assert Elements(html).open == []
    assert not re.search(r'[ "M]-?(nan|inf)', html)
    for drawing in re.findall(r"<svg.*?</svg>", html):
        ElementTree.fromstring(drawing)  # noqa: S314  # our own words


def test_an_interval_without_end_is_text_and_not_a_tag() -> None:
    html = page_of(a_run(a_plan(rounds=2, contenders=FIELD[2:]), COSTS["an endless interval"]))
    assert "<0.01" in Elements(html).text
    assert "interval cut" in html


@pytest.mark.parametrize("rounds", [1, 2])
def test_a_run_with_nothing_valid_can_be_reported(rounds: int) -> None:
    bad = a_trial(invalid=["answers: no request succeeded"])
    html = page_of(a_run(a_plan(rounds=rounds)).model_copy(update={"trials": [bad]}))
    assert "Too little was measured for an answer" in html
    assert "answers: no request succeeded" in html
    assert "At worst" not in html


def test_a_server_whose_cpu_nobody_can_read_is_reported_without_it() -> None:
    run = a_run(cost=lambda name, number: 0.0)
    html = page_of(run)
    assert "No trial of this run tells the CPU of a server" in html
    assert "Requests per second" in html


def test_an_incomplete_run_says_what_is_missing(tmp_path: Path) -> None:
    run = a_run()
    run = run.model_copy(update={"starts": run.starts[:7], "trials": run.trials[:7]})
    assert "incomplete: 13 of 20 planned trials have no valid attempt" in publish(kept(run, tmp_path))


def test_a_report_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    results = kept(a_run(), tmp_path)
    (results.folder / "report.html").mkdir()
    with pytest.raises(LabError, match="the report cannot be written: "):
        publish(Results(results.folder))
