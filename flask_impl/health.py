"""What the operator asks."""

from flask import Blueprint, Response

from flask_impl.current import metrics, services, stopping
from flask_impl.database import database
from flask_impl.wire import NO_STORE, Reply, operation
from shared import health
from shared.metrics import TEXT_FORMAT
from shared.schemas import Health

router = Blueprint("health", __name__)


@router.get("/health/live")
@operation()
def live() -> Reply:
    """The process answers."""
    return Health()


@router.get("/health/ready")
@operation()
def ready() -> Reply:
    """The database answers and has the right schema, files can be written, and the server is not about to stop."""
    return database.check(health.ready, services.settings.files_dir, stopping=stopping.is_set())


@router.get("/metrics")
@operation()
def show_metrics() -> Reply:
    """Requests, times and processes, of all workers, in Prometheus's text format."""
    return Response(metrics.text(), content_type=TEXT_FORMAT, headers=NO_STORE)
