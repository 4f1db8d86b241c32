"""The report for machines: it says what the page says, and keeps its committed schema."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from pydantic import ValidationError

from benchmarks.analyse import analyse
from benchmarks.report.document import SCHEMA_FILE, Document, document, schema, written
from benchmarks.report.headline import headline
from tests.benchmarks.factories import a_plan, a_run
from tests.benchmarks.reports import a_hostile_run, everything

_ANEW = 'write it anew: python -c "from benchmarks.report.document import write_schema; write_schema()"'
_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict, "array": list, "string": str, "number": (int, float), "integer": int, "boolean": bool,
    "null": type(None),
}  # fmt: skip
_TOLD = {
    "type",
    "required",
    "title",
    "description",
    "default",
    "pattern",
    "minLength",
    "$defs",
    "exclusiveMinimum",
    "maxItems",
    "minItems",
}


def breaches(value: Any, rule: dict[str, Any], whole: dict[str, Any], place: str = "") -> list[str]:
    """Where a value breaks a schema, in the part of JSON Schema that ours uses; an unknown keyword is a breach."""
    if "$ref" in rule:
        return breaches(value, whole["$defs"][rule["$ref"].rpartition("/")[2]], whole, place)
    if "anyOf" in rule:
        tried = [breaches(value, one, whole, place) for one in rule["anyOf"]]
        return [] if [] in tried else tried[0]
    if "type" in rule and not _fits(value, rule["type"]):
        return [f"{place}: {value!r} is no {rule['type']}"]
    found = [f"{place}: unknown keyword {key}" for key in rule.keys() - _CHECKS.keys() - _TOLD]
    return found + [one for key, check in _CHECKS.items() if key in rule for one in check(value, rule, whole, place)]


def _fits(value: Any, name: str) -> bool:
    return isinstance(value, _TYPES[name]) and not (isinstance(value, bool) and name != "boolean")


def _properties(value: Any, rule: dict[str, Any], whole: dict[str, Any], place: str) -> list[str]:
    rules = rule["properties"]
    missing = [f"{place}: {name} is missing" for name in rule.get("required", ()) if name not in value]
    unknown = [f"{place}: {name} is unknown" for name in value if name not in rules]
    known = [name for name in value if name in rules]
    return [*missing, *unknown] + [
        one for name in known for one in breaches(value[name], rules[name], whole, f"{place}.{name}")
    ]


def _values(value: Any, rule: dict[str, Any], whole: dict[str, Any], place: str) -> list[str]:
    if isinstance(rule["additionalProperties"], bool):
        return []
    return [
        one for name in value for one in breaches(value[name], rule["additionalProperties"], whole, f"{place}.{name}")
    ]


def _items(value: Any, rule: dict[str, Any], whole: dict[str, Any], place: str) -> list[str]:
    return [one for index, item in enumerate(value) for one in breaches(item, rule["items"], whole, f"{place}.{index}")]


def _tuple(value: Any, rule: dict[str, Any], whole: dict[str, Any], place: str) -> list[str]:
    pairs = zip(value, rule["prefixItems"], strict=True)
    return [one for index, (item, part) in enumerate(pairs) for one in breaches(item, part, whole, f"{place}.{index}")]


_Check: TypeAlias = Callable[[Any, dict[str, Any], dict[str, Any], str], list[str]]
_CHECKS: dict[str, _Check] = {
    "properties": _properties,
    "additionalProperties": _values,
    "items": _items,
    "prefixItems": _tuple,
    "const": lambda value, rule, _, place: [] if value == rule["const"] else [f"{place}: {value!r}"],
    "enum": lambda value, rule, _, place: [] if value in rule["enum"] else [f"{place}: {value!r}"],
    "minimum": lambda value, rule, _, place: [] if value >= rule["minimum"] else [f"{place}: {value!r} is too small"],
    "maximum": lambda value, rule, _, place: [] if value <= rule["maximum"] else [f"{place}: {value!r} is too great"],
}


def committed() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(Path(SCHEMA_FILE).read_text("utf-8"))
    return loaded


def test_the_committed_schema_is_the_one_of_the_code() -> None:
    assert Path(SCHEMA_FILE).read_text("utf-8") == schema(), _ANEW


@pytest.mark.parametrize("case", ["everything", "hostile", "one round", "interrupted"])
def test_a_report_keeps_the_schema_and_is_read_back_equal(case: str) -> None:
    whole = a_run()
    runs = {
        "hostile": a_hostile_run(),
        "one round": a_run(a_plan(rounds=1)),
        "interrupted": whole.model_copy(update={"starts": [], "trials": []}),
    }
    run, analysis = everything() if case == "everything" else (runs[case], analyse(runs[case]))
    values = document(run, analysis)
    assert breaches(json.loads(written(values)), committed(), committed()) == []
    assert Document.model_validate_json(written(values)) == values


def test_the_schema_refuses_what_is_no_report() -> None:
    good = json.loads(written(document(*everything())))
    assert breaches(good | {"format": 1}, committed(), committed())
    assert breaches(good | {"extra": 1}, committed(), committed())
    assert breaches({name: good[name] for name in good if name != "analysis"}, committed(), committed())
    with pytest.raises(ValidationError):
        Document.model_validate(good | {"extra": 1})


def test_the_document_says_what_the_page_says() -> None:
    run, analysis = everything()
    told = json.loads(written(document(run, analysis)))
    assert told["answer"] == headline(run, analysis)
    assert told["analysis"] == json.loads(analysis.model_dump_json())
    assert told["environment"]["revision"] == run.environment.revision
    assert told["rounds"] == len(run.plan.rounds)
