"""What the operator asks."""

from fastapi import APIRouter

from fastapi_impl.database import CurrentDatabase
from fastapi_impl.openapi import problems
from fastapi_impl.wire import StrictRoute
from shared import health
from shared.schemas import Health, Readiness

router = APIRouter(prefix="/health", tags=["health"], route_class=StrictRoute)


@router.get("/live", responses=problems(400))
async def live() -> Health:
    """The process answers."""
    return Health()


@router.get("/ready", responses=problems(400, 503))
async def ready(database: CurrentDatabase) -> Readiness:
    """The database answers and has the right schema."""
    return await database.read(health.ready)
