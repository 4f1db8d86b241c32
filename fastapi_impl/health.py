"""What the operator asks."""

from fastapi import APIRouter, Response
from fastapi.responses import PlainTextResponse

from fastapi_impl.current import CurrentMetrics, CurrentServices, CurrentStopping
from fastapi_impl.database import CurrentDatabase
from fastapi_impl.openapi import problems
from fastapi_impl.wire import NO_STORE, StrictRoute
from shared import health
from shared.metrics import TEXT_FORMAT
from shared.schemas import Health, Readiness

router = APIRouter(tags=["health"], route_class=StrictRoute)


@router.get("/health/live", responses=problems(400))
async def live() -> Health:
    """The process answers."""
    return Health()


@router.get("/health/ready", responses=problems(400, 503))
async def ready(database: CurrentDatabase, services: CurrentServices, stopping: CurrentStopping) -> Readiness:
    """The database answers and has the right schema, files can be written, and the server is not about to stop."""
    return await database.check(health.ready, services.settings.files_dir, stopping=stopping.is_set())


# Not async: the files of all workers are read, on a thread beside the event loop.
@router.get("/metrics", response_class=PlainTextResponse, responses=problems(400))
def show_metrics(metrics: CurrentMetrics) -> Response:
    """Requests, times and processes, of all workers, in Prometheus's text format."""
    return Response(metrics.text(), media_type=TEXT_FORMAT, headers=NO_STORE)
