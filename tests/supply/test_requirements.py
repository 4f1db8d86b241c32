"""Everything that is installed is pinned with hashes, and is what pyproject.toml asks for."""

from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from tests.supply.lock import EVERYTHING, PROJECT, SERVERS, Pin, declared, pins

FILES = pytest.mark.parametrize("path", [SERVERS, EVERYTHING], ids=lambda path: path.name)


def by_name(path: Path) -> dict[str, list[Pin]]:
    found: dict[str, list[Pin]] = {}
    for pin in pins(path):
        found.setdefault(pin.name, []).append(pin)
    return found


@FILES
def test_a_requirements_file_holds_pins_with_hashes_and_nothing_else(path: Path) -> None:
    found = pins(path)
    assert len(found) > 40
    assert all(pin.hashes and len(set(pin.hashes)) == len(pin.hashes) for pin in found)
    assert all(str(pin.requirement.specifier) == f"=={pin.version}" for pin in found)
    assert "://" not in path.read_text()


@pytest.mark.parametrize(
    "text",
    [
        "--find-links wheels\n",
        "flask==3.1.3\n    # via x\n",
        f"flask>=3.1.3 \\\n    --hash=sha256:{'a' * 64}\n    # via x\n",
        f"flask==3.1.3 \\\n    --hash=md5:{'a' * 64}\n    # via x\n",
        f"flask @ file:///x \\\n    --hash=sha256:{'a' * 64}\n    # via x\n",
        f"flask==3.1.3 \\\n    --hash=sha256:{'a' * 63}\n    # via x\n",
    ],
)
def test_anything_but_a_pin_with_hashes_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text(SERVERS.read_text() + text)
    with pytest.raises(ValueError, match="no pin with hashes"):
        pins(file)


def test_what_the_servers_need_is_pinned_alike_for_tests() -> None:
    everything = {(pin.name, pin.version): pin.hashes for pin in pins(EVERYTHING)}
    assert {(pin.name, pin.version): pin.hashes for pin in pins(SERVERS)}.items() <= everything.items()


@pytest.mark.parametrize(("path", "groups"), [(SERVERS, {""}), (EVERYTHING, set(declared()))], ids=["servers", "all"])
def test_every_dependency_of_the_project_is_pinned_within_its_range(path: Path, groups: set[str]) -> None:
    wanted = [requirement for group in groups for requirement in declared()[group]]
    found = by_name(path)
    for requirement in wanted:
        versions = [pin.version for pin in found[canonicalize_name(requirement.name)]]
        assert all(requirement.specifier.contains(version) for version in versions), requirement
    # uv says of each pin who asked for it: the project asked for these and no others.
    asked = {name for name, group in found.items() if any(PROJECT in pin.needed_by for pin in group)}
    assert asked == {canonicalize_name(requirement.name) for requirement in wanted}


@FILES
def test_every_pin_is_needed_by_another_or_by_the_project(path: Path) -> None:
    found = by_name(path)
    needing = {name for group in found.values() for pin in group for name in pin.needed_by}
    assert needing <= set(found) | {PROJECT}
    assert all(pin.needed_by for group in found.values() for pin in group)
