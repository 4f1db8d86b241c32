"""The report: the same bytes for the same run, nothing from the network, and everything that has to be said."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from benchmarks.analyse import Analysis, analyse
from benchmarks.answer import answer
from benchmarks.failures import LabError
from benchmarks.records import Run
from benchmarks.report import publish
from benchmarks.report.page import page
from benchmarks.report.summary import summary
from benchmarks.results import Results
from benchmarks.workloads import WORKLOADS
from tests.benchmarks.factories import FIELD, a_contender, a_plan, a_run, a_trial, an_environment, wobble
from tests.benchmarks.test_results import kept

HOSTILE = '<script>alert("1")</script>|&'


class Elements(HTMLParser):
    """Tags and attributes of a page, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.open: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in {"meta", "br", "rect", "line"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def a_mixed_cost(name: str, number: int) -> float:
    """Uvicorn needs less than gunicorn, Flask more on granian, and FastAPI on granian is too noisy to say."""
    noise = (1.0, 1.9, 0.6, 1.3)[number % 4] if name == "fastapi-granian" else wobble(name, number)
    return noise * {"flask-gunicorn": 0.9, "flask-granian": 1.4}.get(name, 0.6)


def a_mixed_run() -> Run:
    run = a_run(a_plan(workloads=list(WORKLOADS)), a_mixed_cost)
    bad = a_trial("flask-granian", 1, workload="list", invalid=[f"3 failures: {HOSTILE}"])
    return run.model_copy(update={"trials": [*run.trials, bad]})


def a_hostile_run() -> Run:
    contenders = [a_contender("one", HOSTILE, "x"), a_contender("two", "Other", "x")]
    contenders = [one.model_copy(update={"command": [HOSTILE]}) for one in contenders]
    environment = an_environment(revision=HOSTILE, machine={"processor": HOSTILE, "cores": HOSTILE, HOSTILE: HOSTILE})
    return a_run(a_plan(contenders=contenders), lambda name, number: len(name) * wobble(name, number), environment)


def rendered(run: Run) -> tuple[str, str, Analysis]:
    analysis = analyse(run)
    return page(run, analysis), summary(run, analysis), analysis


def test_the_same_run_renders_the_same_bytes_twice(tmp_path: Path) -> None:
    results = kept(a_mixed_run(), tmp_path)
    files = [results.folder / name for name in ("report.html", "summary.md", "summary.json")]
    publish(results)
    first = [path.read_bytes() for path in files]
    for path in files:
        path.unlink()
    publish(results)
    assert [path.read_bytes() for path in files] == first


def test_the_page_loads_nothing_and_runs_nothing() -> None:
    html, _, _ = rendered(a_mixed_run())
    elements = Elements(html)
    assert not re.search(r"https?://|url\(|@import", html)
    assert not {"script", "link", "img", "iframe", "object"} & set(elements.tags)
    assert not [name for name, _ in elements.attributes if name in {"src", "href"} or name.startswith("on")]


def test_the_page_of_everything_is_small_and_well_formed() -> None:
    html, _, _ = rendered(a_mixed_run())
    assert len(html.encode()) < 300_000
    assert Elements(html).open == []


def test_page_and_summary_say_every_name_word_and_workload() -> None:
    run = a_mixed_run()
    html, markdown, analysis = rendered(run)
    words = {one.word for one in analysis.comparisons}
    assert {"faster", "slower", "equivalent", "inconclusive"} <= words
    cpu_words = {one.word for one in analysis.comparisons if one.metric == "cpu"}
    text = Elements(html).text
    assert all(one.name in text and one.name in markdown for one in run.plan.contenders)
    assert all(word in text for word in words)
    assert all(f"| {word}" in markdown for word in cpu_words)
    assert all(workload.title in text and workload.title in markdown for workload in WORKLOADS.values())


def test_page_and_summary_begin_with_the_answer() -> None:
    run = a_mixed_run()
    html, markdown, analysis = rendered(run)
    sentences = answer(run, analysis)
    assert len(sentences) == 3
    assert all(sentence in Elements(html).text and f"- {sentence}" in markdown for sentence in sentences)


def test_page_and_summary_say_what_was_invalid_and_what_they_may_not_claim() -> None:
    html, markdown, _ = rendered(a_mixed_run())
    for text in (Elements(html).text, markdown):
        assert "round 2, flask-granian, list, attempt 1" in text
        assert "Loopback" in text
        assert "Noise floor" in text


def test_hostile_text_is_shown_and_never_obeyed() -> None:
    html, markdown, _ = rendered(a_hostile_run())
    assert "script" not in Elements(html).tags
    assert Elements(html).text.count(HOSTILE) >= 6
    assert "<script" not in markdown


def test_no_cell_of_the_summary_breaks_out_of_its_table() -> None:
    _, markdown, _ = rendered(a_hostile_run())
    tables = re.findall(r"(?:^\|.*\|\n)+", markdown, re.MULTILINE)
    assert len(tables) >= 5
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1


def test_a_reason_of_several_lines_stays_one_item_of_the_summary() -> None:
    run = a_run()
    bad = a_trial(invalid=["1 failures: first\n\n# second"])
    _, markdown, _ = rendered(run.model_copy(update={"trials": [*run.trials, bad]}))
    assert "\n# second" not in markdown


def test_an_interval_without_end_is_text_and_not_a_tag() -> None:
    plan = a_plan(rounds=2, contenders=FIELD[2:])
    html, _, _ = rendered(a_run(plan, lambda name, number: 10 if number and name == "flask-granian" else 1))
    assert "<0.01" in Elements(html).text
    assert "&lt;0.01" in html


@pytest.mark.parametrize("rounds", [1, 2])
def test_a_run_with_nothing_valid_can_be_reported(rounds: int) -> None:
    run = a_run(a_plan(rounds=rounds)).model_copy(update={"trials": [a_trial(invalid=["no request succeeded"])]})
    html, markdown, _ = rendered(run)
    assert "Too little was measured for an answer" in html
    assert "no request succeeded" in markdown


def test_an_incomplete_run_says_what_is_missing(tmp_path: Path) -> None:
    run = a_run()
    run = run.model_copy(update={"starts": run.starts[:7], "trials": run.trials[:7]})
    assert "incomplete: 13 of 20 trials were not carried out" in publish(kept(run, tmp_path))


def test_a_report_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    results = kept(a_run(), tmp_path)
    (results.folder / "report.html").mkdir()
    with pytest.raises(LabError, match="the report cannot be written: "):
        publish(Results(results.folder))
