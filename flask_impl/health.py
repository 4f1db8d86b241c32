"""What the operator asks."""

from flask import Blueprint

from flask_impl.database import database
from flask_impl.wire import Reply, operation
from shared import health
from shared.schemas import Health

router = Blueprint("health", __name__, url_prefix="/health")


@router.get("/live")
@operation()
def live() -> Reply:
    """The process answers."""
    return Health()


@router.get("/ready")
@operation()
def ready() -> Reply:
    """The database answers and has the right schema."""
    return database.read(health.ready)
