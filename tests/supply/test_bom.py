"""The SBOM says what the pins say, in the form that its standard asks for, and the same every time."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from packageurl import PackageURL

from tests.servers import ROOT
from tests.supply.bom import bill
from tests.supply.lock import EVERYTHING, PROJECT, SERVERS, pins


@pytest.fixture(scope="module")
def text() -> str:
    return bill()


@pytest.fixture
def document(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(text)
    return found


def test_it_is_valid_cyclonedx(text: str) -> None:
    # Not imported before: that takes seconds, in every process that only looks for tests.
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    validator = JsonStrictValidator(SchemaVersion.V1_6)
    assert validator.validate_str(text) is None
    assert validator.validate_str(text.replace('"pkg:', '"no-', 1).replace('"SHA-256"', '"SHA"', 1)) is not None


def test_it_lists_every_pin_with_its_hashes_and_no_other(document: dict[str, Any]) -> None:
    listed = {
        (item["name"], item["version"]): {value["content"] for value in item["hashes"] if value["alg"] == "SHA-256"}
        for item in document["components"]
    }
    assert listed == {(pin.name, pin.version): set(pin.hashes) for pin in pins(EVERYTHING)}
    for item in document["components"]:
        purl = PackageURL.from_string(item["purl"])
        assert (purl.type, purl.name, purl.version) == ("pypi", item["name"], item["version"])
        assert item["bom-ref"] == item["purl"]


def test_it_says_what_is_served_and_what_is_only_for_tests(document: dict[str, Any]) -> None:
    required = {(item["name"], item["version"]) for item in document["components"] if item["scope"] == "required"}
    assert required == {(pin.name, pin.version) for pin in pins(SERVERS)}


def test_it_says_who_needs_whom(document: dict[str, Any]) -> None:
    graph = {item["ref"].partition("@")[0]: item.get("dependsOn", []) for item in document["dependencies"]}
    assert any(ref.startswith("pkg:pypi/werkzeug@") for ref in graph["pkg:pypi/flask"])
    assert any(ref.startswith("pkg:pypi/flask@") for ref in graph[PROJECT])
    assert not any(ref.startswith("pkg:pypi/werkzeug@") for ref in graph[PROJECT])


def test_it_is_the_same_in_every_process_and_names_no_address(text: str, tmp_path: Path) -> None:
    file = tmp_path / "sbom.json"
    subprocess.run([sys.executable, "-m", "tests.supply.bom", str(file)], cwd=ROOT, check=True)
    assert file.read_text() == text
    assert "timestamp" not in text
    addresses = [line for line in text.splitlines() if "://" in line and '"$schema"' not in line]
    assert not addresses
