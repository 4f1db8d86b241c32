"""The report: a page, a summary and JSON, all from one analysis. Everything is pure but `publish`, which writes."""

from benchmarks.analyse import analyse
from benchmarks.answer import answer
from benchmarks.failures import LabError
from benchmarks.layers import cost
from benchmarks.records import Run
from benchmarks.report import words
from benchmarks.report.page import page
from benchmarks.report.summary import layer_summary, summary
from benchmarks.results import Results


def publish(results: Results) -> str:
    """Write the report beside the raw data; what to tell the person who waits for it."""
    run = results.load()
    files = render(run)
    try:
        for name, text in files.items():
            (results.folder / name).write_text(text, "utf-8")
    except OSError as error:
        raise LabError(f"the report cannot be written: {error}") from None
    missing = run.plan.trials - len({(one.round, one.contender, one.workload) for one in run.trials})
    notice = [f"incomplete: {missing} of {run.plan.trials} trials were not carried out"] if missing else []
    return "\n".join([*notice, *_news(run), f"report: {results.folder / next(iter(files))}"])


def render(run: Run) -> dict[str, str]:
    """The files of a report by name, the one for people first."""
    if run.plan.kind == "layers":
        return {"summary.md": layer_summary(run)}
    analysis = analyse(run)
    return {
        "report.html": page(run, analysis),
        "summary.md": summary(run, analysis),
        "summary.json": analysis.model_dump_json(indent=1) + "\n",
    }


def _news(run: Run) -> list[str]:
    if run.plan.kind == "layers":
        return [cost.table(cost.layers(run))]
    analysis = analyse(run)
    doubts = [f"doubt: {line}" for good, line in words.trust_lines(analysis) if not good]
    return [*answer(run, analysis), *doubts]
