"""gunicorn, told to stop: newcomers are turned away at the signal, and those who are in get their answers."""

import signal
from types import FrameType

from gunicorn.arbiter import Arbiter
from gunicorn.config import Config
from gunicorn.glogging import Logger

from shared.listening import turn_away


class GentleMaster(Arbiter):
    """The parent of the workers, all of which listen on the same sockets."""

    def signal(self, sig: int, frame: FrameType | None) -> None:
        """Note a signal; one that means the end is heard at the door first."""
        if sig in (signal.SIGINT, signal.SIGTERM):
            for listener in self.LISTENERS:
                turn_away(listener.sock)
        super().signal(sig, frame)

    def handle_int(self) -> None:
        """Stop at Ctrl-C as at SIGTERM; gunicorn would cut everything off. A second one does."""
        raise StopIteration


class ServerLog(Logger):
    """gunicorn's records, which go where all others go."""

    def setup(self, cfg: Config) -> None:
        """Leave out the handlers of gunicorn's own."""
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True
