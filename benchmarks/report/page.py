"""The report as one HTML file: no script, no network."""

from html import escape
from pathlib import Path

from benchmarks.analyse import Analysis
from benchmarks.records import Run
from benchmarks.report import (
    capacity_charts,
    cost_charts,
    history_charts,
    html,
    latency_charts,
    layer_charts,
    ratio_charts,
    words,
)
from benchmarks.report.headline import headline
from benchmarks.report.series import looks
from benchmarks.report.tables import environment_tables, gate_table, latency_table, rate_table
from benchmarks.workloads import ALL_WORKLOADS

_STYLE = Path(__file__).with_name("style.css")
# A run that went wrong has thousands of reasons, and the first ones tell it.
_MOST_TOLD, _LONGEST = 60, 300
_RAW = (
    "Raw data: plan.json, environment.json, starts/ and trials/ beside this page; the figures of this page for "
    "machines: report.json. `python -m benchmarks report DIR` renders all of it again, to the same bytes."
)


def page(run: Run, analysis: Analysis) -> str:
    """The whole document."""
    seen = looks(run.plan.contenders)
    body = "".join(
        (
            _first_screen(run, analysis),
            _trust(analysis),
            ratio_charts.section(run, analysis),
            latency_charts.ladder_section(run, analysis, seen),
            latency_charts.spectrum_section(analysis, seen),
            capacity_charts.section(analysis, seen),
            cost_charts.section(run, analysis, seen),
            _closed_loop(run, analysis),
            layer_charts.section(analysis),
            history_charts.section(run, analysis, seen),
            _setting(run),
            html.section("What this report may not claim", html.items(words.limits(run))),
        )
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>Flask or FastAPI: {escape(run.environment.started_at)}</title>"
        f"<style>{_STYLE.read_text('utf-8')}</style></head><body><main>{body}</main></body></html>\n"
    )


def _first_screen(run: Run, analysis: Analysis) -> str:
    place = run.environment
    facts = (place.started_at, place.machine.get("processor", ""), place.revision)
    answers = "".join(f"<p>{escape(sentence)}</p>" for sentence in headline(run, analysis))
    against = words.doubts(analysis)
    told = f"Doubts: {' '.join(against)}" if against else "Every check of this run speaks for it."
    sure = f'<p class="{"bad" if against else "good"}">{escape(_short(told))}</p>'
    return (
        f"<header><h1>Flask or FastAPI</h1>{html.note(' · '.join(filter(None, facts)))}</header>"
        f'<section class="answer">{answers}{sure}</section>'
        f"{ratio_charts.glance(run, analysis)}"
    )


def _trust(analysis: Analysis) -> str:
    trust = analysis.trust
    lines = "".join(
        f'<li class="{"good" if good else "bad"}">{escape(sentence)}</li>'
        for good, sentence in words.trust_lines(trust)
    )
    gates = gate_table(trust)
    return html.section(
        "Can this be trusted?",
        f'<ul class="trust">{lines}</ul>',
        html.note(gates.note) + html.table(gates),
        _told("Attempts that broke a gate", trust.invalid),
        _told("Planned trials without a valid attempt", trust.missing),
        _told("Incidents", trust.incidents),
    )


def _told(title: str, lines: list[str]) -> str:
    if not lines:
        return ""
    left = [f"… and {len(lines) - _MOST_TOLD:,} more in report.json"] if len(lines) > _MOST_TOLD else []
    return html.folded(f"{title}: {len(lines):,}", html.items([*map(_short, lines[:_MOST_TOLD]), *left]))


def _short(line: str) -> str:
    return line if len(line) <= _LONGEST else line[:_LONGEST] + "…"


def _closed_loop(run: Run, analysis: Analysis) -> str:
    latency = latency_table(run, analysis)
    return html.section(
        "Throughput and closed-loop latency",
        html.titled(rate_table(run, analysis), "figures"),
        html.folded(latency.title, html.note(latency.note) + html.table(latency, "figures")),
    )


def _setting(run: Run) -> str:
    chosen = [ALL_WORKLOADS[name] for name in run.plan.workloads]
    meanings = html.items([f"{workload.title}: {workload.meaning}." for workload in chosen])
    return html.section(
        "Workloads, machine, versions and commands",
        meanings,
        *map(html.titled, environment_tables(run)),
        html.note(_RAW),
    )
