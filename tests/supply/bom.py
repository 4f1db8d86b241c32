"""`python -m tests.supply.bom`: the software bill of materials, CycloneDX in JSON, made from the pins alone.

The same pins make the same bytes: it has no time, and its serial number is a hash of what it says.
"""

import hashlib
import sys
import tomllib
import uuid
from collections.abc import Iterable
from pathlib import Path

from cyclonedx.model import HashAlgorithm, HashType, Property
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentScope, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL

from tests.servers import ROOT
from tests.supply.lock import EVERYTHING, PROJECT, SERVERS, Pin, pins


def bill() -> str:
    """The document: what the servers need is required, what only tests and the lab need is excluded."""
    served = {(pin.name, pin.version) for pin in pins(SERVERS)}
    everything = pins(EVERYTHING)
    project = _project()
    components = {pin: _component(pin, required=(pin.name, pin.version) in served) for pin in everything}
    content = hashlib.sha256(EVERYTHING.read_bytes() + SERVERS.read_bytes()).hexdigest()
    bom = Bom(
        components=components.values(),
        serial_number=uuid.uuid5(uuid.NAMESPACE_OID, content),
        metadata=BomMetaData(component=project),
    )
    # The library puts the time of writing there, which says nothing about the pins.
    bom.metadata.timestamp = None  # type: ignore[assignment]
    for needing in [project, *components.values()]:
        bom.register_dependency(needing, _needs(needing, components))
    return f"{JsonV1Dot6(bom).output_as_string(indent=2)}\n"


def _project() -> Component:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    return Component(
        type=ComponentType.APPLICATION,
        name=PROJECT,
        version=project["version"],
        description=project["description"],
        bom_ref=PROJECT,
    )


def _component(pin: Pin, *, required: bool) -> Component:
    purl = PackageURL("pypi", None, pin.name, pin.version)
    marker = pin.requirement.marker
    return Component(
        type=ComponentType.LIBRARY,
        name=pin.name,
        version=pin.version,
        scope=ComponentScope.REQUIRED if required else ComponentScope.EXCLUDED,
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=content) for content in pin.hashes],
        purl=purl,
        bom_ref=purl.to_string(),
        properties=[Property(name=f"{PROJECT}:marker", value=str(marker))] if marker else [],
    )


def _needs(needing: Component, components: dict[Pin, Component]) -> Iterable[Component]:
    return [component for pin, component in components.items() if needing.name in pin.needed_by]


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(bill())
