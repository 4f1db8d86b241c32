"""The summary for a pull request: the answer first, and Markdown that no server can break out of."""

import re

from benchmarks.analyse import analyse
from benchmarks.records import Run
from benchmarks.report import words
from benchmarks.report.headline import headline
from benchmarks.report.summary import summary
from benchmarks.workloads import WORKLOADS
from tests.benchmarks.factories import a_run
from tests.benchmarks.reports import HOSTILE, a_hostile_run, everything


def summary_of(run: Run) -> str:
    return summary(run, analyse(run))


def test_the_summary_begins_with_the_answer_and_whether_to_trust_it() -> None:
    run, analysis = everything()
    markdown = summary(run, analysis)
    for sentence in headline(run, analysis):
        assert f"- {sentence}\n" in markdown
    assert all(f"- **no**: {line}\n" in markdown for line in words.doubts(analysis))
    assert markdown.index(headline(run, analysis)[-1]) < markdown.index("## Can this be trusted?")


def test_the_summary_says_every_ratio_word_and_workload() -> None:
    run, analysis = everything()
    markdown = summary(run, analysis)
    told = [one for one in analysis.comparisons if one.metric == "cpu" and one.ratio]
    assert {"faster", "slower", "equivalent", "inconclusive"} <= {one.word for one in told}
    for one in told:
        title = WORKLOADS[one.workload].title
        assert f"| {title} | {words.interval(one.ratio)} | {words.verdict(one)} |" in markdown
    assert "| empty | 101, 103 | – |" in markdown


def test_the_summary_leaves_out_what_was_not_measured() -> None:
    assert "## Layers" not in summary_of(a_run())


def test_no_text_of_a_server_becomes_markup() -> None:
    markdown = summary_of(a_hostile_run())
    assert "<script" not in markdown
    assert "\n# second" not in markdown
    assert HOSTILE.replace("<", "&lt;").replace(">", "&gt;").replace("&`", "&amp;`").replace("|", "\\|") in markdown


def test_no_cell_breaks_out_of_its_table() -> None:
    tables = re.findall(r"(?:^\|.*\|\n)+", summary_of(a_hostile_run()), re.MULTILINE)
    assert len(tables) >= 4
    for table in tables:
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1
