"""What every round of a run uses."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from benchmarks.catalogue import Catalogue
from benchmarks.load import Generator
from benchmarks.records import Environment, Plan
from benchmarks.results import Results
from benchmarks.speedometer import Speedometer


class Bench(NamedTuple):
    """A plan, where it is carried out, and where what comes of it is kept."""

    plan: Plan
    environment: Environment
    catalogue: Catalogue
    results: Results
    generator: Generator
    speedometer: Speedometer
    # time.perf_counter() when the run began.
    began: float
    # What servers are told beside the usual, because a workload needs it.
    settings: Mapping[str, str] = MappingProxyType({})

    @property
    def lanes(self) -> list[list[int]]:
        """Cores on which servers may start at once, as many for each: none feels the start of another."""
        servers, generator = self.environment.server_cores, self.environment.generator_cores
        apart = not self.environment.co_located and len(servers) == len(generator)
        return [servers, generator] if apart else [servers]

    @property
    def cores(self) -> list[int]:
        """All cores in use; those of a server elsewhere are not ours to watch."""
        here = any(not contender.url for contender in self.plan.contenders)
        return sorted({*(self.environment.server_cores if here else ()), *self.environment.generator_cores})
