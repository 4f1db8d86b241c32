"""The map of attacks and requirements is whole: it names what there is, all of it, and once."""

import ast
import re
from collections import Counter
from itertools import chain

from tests.hostile.map import HERE, TESTS, asvs, attacks, named_by_attacks, shown_by
from tests.hostile.page import DOCUMENT, generated, with_generated

ROOT = TESTS.parent
SENTENCE = re.compile(r"[A-Z][^.]*(?:\.\w[^.]*)*\.")
ENTRIES = [entry for kind in ("shown", "met", "open") for entry in asvs()[kind]]
NAMED = sorted(
    {test for tests in named_by_attacks().values() for test in tests} | set(chain(*map(shown_by, asvs()["shown"])))
)


def defined(file: str) -> set[str]:
    tree = ast.parse((TESTS / file).read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_requirement_of_the_standard_occurs_once() -> None:
    sections: dict[str, int] = asvs()["sections"]
    promised = [f"{section}.{number}" for section, count in sections.items() for number in range(1, count + 1)]
    found = [entry["id"] for entry in ENTRIES] + [one for entry in asvs()["not_applicable"] for one in entry["ids"]]
    assert len(promised) == 345
    assert Counter(found) == Counter(promised)


def test_the_ten_risks_of_apis_occur_once() -> None:
    assert [entry["id"] for entry in asvs()["api"]] == [f"API{number}:2023" for number in range(1, 11)]


def test_every_test_that_is_named_exists() -> None:
    found = {file: defined(file) for file in {test.partition("::")[0] for test in NAMED}}
    assert not [test for test in NAMED if test.partition("::")[2] not in found[test.partition("::")[0]]]


def test_every_attack_has_its_tests_each_once() -> None:
    assert not [name for name, tests in named_by_attacks().items() if not tests or len(tests) > len(set(tests))]


def test_what_is_shown_is_shown_by_a_test() -> None:
    assert not [entry["id"] for entry in [*asvs()["shown"], *asvs()["api"]] if not [*shown_by(entry)]]


def test_every_attack_and_every_test_here_shows_some_requirement() -> None:
    referred = set(chain(*(entry.get("attacks", []) for entry in [*asvs()["shown"], *asvs()["api"]])))
    assert set(named_by_attacks()) - referred == set()
    shown = set(chain(*map(shown_by, asvs()["shown"])))
    files = sorted(path for path in HERE.glob("test_*.py") if path.name != "test_map.py")
    everything = {f"hostile/{path.name}::{name}" for path in files for name in defined(f"hostile/{path.name}")}
    assert {name for name in everything if "::test_" in name} - shown == set()


def test_a_title_is_a_few_words() -> None:
    assert not [entry["title"] for entry in ENTRIES if not 1 <= len(entry["title"].split()) <= 8]


def test_a_reason_is_a_sentence() -> None:
    reasons = [entry["reason"] for kind in ("open", "not_applicable") for entry in asvs()[kind]]
    reasons += [entry["how"] for entry in asvs()["met"]]
    assert not [reason for reason in reasons if not SENTENCE.fullmatch(reason) or len(reason.split()) < 3]


def test_what_is_met_is_met_by_files_that_exist() -> None:
    places = [name for entry in asvs()["met"] for name in entry["where"]]
    assert all(entry["where"] for entry in asvs()["met"])
    assert not [name for name in places if not (ROOT / name).is_file()]


def test_the_document_is_that_of_the_map() -> None:
    assert with_generated(DOCUMENT.read_text()) == DOCUMENT.read_text(), "run python -m tests.hostile.page"


def test_the_document_names_every_family_and_every_requirement() -> None:
    text = generated()
    assert not [family["title"] for family in attacks().values() if family["title"] not in text]
    assert not [entry["id"] for entry in [*asvs()["open"], *asvs()["met"]] if f" {entry['id']} " not in text]
