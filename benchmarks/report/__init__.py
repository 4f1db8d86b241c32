"""The report: a page, a summary and JSON, all from one analysis. Everything is pure but `publish`, which writes."""

from benchmarks.analyse import Analysis, analyse
from benchmarks.decision_record import DEFAULT_PRICE, decision_record_html, decision_record_md
from benchmarks.failures import LabError
from benchmarks.layers import cost
from benchmarks.machine import ROOT
from benchmarks.records import Run
from benchmarks.report import words
from benchmarks.report.document import document, written
from benchmarks.report.forest import forest
from benchmarks.report.headline import headline
from benchmarks.report.page import page
from benchmarks.report.summary import summary
from benchmarks.results import Results
from benchmarks.side_by_side import Measured, side_by_side


def publish(results: Results) -> str:
    """Write the report beside the raw data; what to tell the person who waits for it."""
    run = results.load()
    analysis = analyse(run)
    files = render(run, analysis)
    try:
        for name, text in files.items():
            (results.folder / name).write_text(text, "utf-8")
    except OSError as error:
        raise LabError(f"the report cannot be written: {error}") from None
    return "\n".join([*_news(run, analysis), f"report: {results.folder / next(iter(files))}"])


def render(run: Run, analysis: Analysis) -> dict[str, str]:
    """The files of a report by name, the one for people first."""
    files = {
        "report.html": page(run, analysis),
        "summary.md": summary(run, analysis),
        "report.json": written(document(run, analysis)),
    }
    return files | (_about_the_choice(run, analysis) if run.plan.kind == "compare" else {})


def _about_the_choice(run: Run, analysis: Analysis) -> dict[str, str]:
    return {
        "ratios.svg": forest(run, analysis),
        "decision-record.html": decision_record_html(run, analysis, DEFAULT_PRICE),
        "decision-record.md": decision_record_md(run, analysis, DEFAULT_PRICE),
        "side-by-side.html": side_by_side(ROOT, Measured(run, analysis)),
    }


def _news(run: Run, analysis: Analysis) -> list[str]:
    missing = len(analysis.trust.missing)
    notice = [f"incomplete: {missing} of {analysis.trust.planned} planned trials have no valid attempt"]
    told = [cost.table(analysis.layers)] if analysis.layers else headline(run, analysis)
    return [*(notice if missing else []), *told, *(f"doubt: {line}" for line in words.doubts(analysis))]
