"""Two servers of each twin: one that soon loses patience with its language model, and one that does not."""

from collections.abc import Iterator

import pytest

from tests.servers import TWINS
from tests.upstream.relay import PATIENT_S, Relay, relaying
from tests.upstream.stand_in import StandIn, standing_in

IMPATIENT_S = "0.8"
IDLE_S = "3"
SOME, FEW = "8", "3"


@pytest.fixture(scope="session")
def stand_in() -> Iterator[StandIn]:
    with standing_in() as running:
        yield running


@pytest.fixture(scope="session", params=TWINS)
def impatient(
    request: pytest.FixtureRequest, stand_in: StandIn, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Relay]:
    folder = tmp_path_factory.mktemp(request.param)
    with relaying(
        request.param, f"{stand_in.url}/v1", IMPATIENT_S, folder, SOCKET_IDLE_SECONDS=IDLE_S, MAX_STREAMS=SOME
    ) as (api, log):
        yield Relay(api, api.new_user(), stand_in, log)


@pytest.fixture(scope="session", params=TWINS)
def patient(
    request: pytest.FixtureRequest, stand_in: StandIn, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Relay]:
    folder = tmp_path_factory.mktemp(request.param)
    with relaying(request.param, f"{stand_in.url}/v1/", PATIENT_S, folder, MAX_STREAMS=FEW) as (api, log):
        yield Relay(api, api.new_user(), stand_in, log)
