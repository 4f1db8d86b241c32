"""The report for machines: one JSON document, whose schema lies beside this module."""

import json
from pathlib import Path
from typing import Literal

from pydantic import Field

from benchmarks.analyse import Analysis
from benchmarks.records import Contender, Environment, Record, Run, RunKind
from benchmarks.report import words
from benchmarks.report.headline import headline

SCHEMA_FILE = Path(__file__).with_name("report.schema.json")
# Another number means that readers of the one before may stumble.
FORMAT = 2


class Document(Record):
    """A report of a comparison; every figure of the page is in `analysis`."""

    format: Literal[2] = Field(description="Which form of this document it is.")
    kind: RunKind
    profile: str = Field(description="The budget of the run.")
    seed: int = Field(description="What the order of the trials was drawn from.")
    rounds: int = Field(description="How many rounds were planned, each with fresh servers.")
    environment: Environment
    contenders: list[Contender]
    workloads: list[str]
    answer: list[str] = Field(description="The answer in sentences.")
    doubts: list[str] = Field(description="What speaks against the figures; empty when nothing does.")
    limits: list[str] = Field(description="What may not be concluded.")
    analysis: Analysis


def document(run: Run, analysis: Analysis) -> Document:
    """The values of a report."""
    return Document(
        format=FORMAT,
        kind=run.plan.kind,
        profile=run.plan.profile,
        seed=run.plan.seed,
        rounds=len(run.plan.rounds),
        environment=run.environment,
        contenders=run.plan.contenders,
        workloads=run.plan.workloads,
        answer=headline(run, analysis),
        doubts=words.doubts(analysis),
        limits=words.limits(run),
        analysis=analysis,
    )


def written(values: Document) -> str:
    """The document as JSON."""
    return values.model_dump_json(indent=1) + "\n"


def schema() -> str:
    """The JSON Schema of the document."""
    return json.dumps(Document.model_json_schema(mode="serialization"), indent=1, ensure_ascii=False) + "\n"


def write_schema() -> None:
    """Commit what the code says now."""
    SCHEMA_FILE.write_text(schema(), "utf-8")
