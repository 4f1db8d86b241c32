"""uvicorn, told to stop: newcomers are turned away at the signal, and those who are in get their answers."""

import signal
import socket
from types import FrameType

from uvicorn import Config, Server
from uvicorn.supervisors import Multiprocess

from shared.listening import turn_away


class GentleServer(Server):
    """A server that is the only process."""

    def __init__(self, config: Config, listeners: list[socket.socket]) -> None:
        super().__init__(config)
        self._listeners = listeners

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop in a moment, in which those at the door are let in."""
        for listener in self._listeners:
            turn_away(listener)
        super().handle_exit(sig, frame)


class GentleMaster(Multiprocess):
    """The parent of the workers, all of which listen on the same sockets."""

    def __init__(self, config: Config, sockets: list[socket.socket]) -> None:
        super().__init__(config, sockets)
        for sig in (signal.SIGINT, signal.SIGTERM):
            signal.signal(sig, self._told_to_stop)

    def init_processes(self) -> None:
        """Start the workers."""
        super().init_processes()
        self._let_go()

    def keep_subprocess_alive(self) -> None:
        """Replace workers that have died or hang; not before it is seen to what the parent was told."""
        if not self.signal_queue:
            super().keep_subprocess_alive()
            self._let_go()

    def _let_go(self) -> None:
        """Leave each worker the only holder of its end of the pipe: the parent, waiting for it, hears when it dies."""
        for process in self.processes:
            process.child_conn.close()

    def _told_to_stop(self, sig: int, _frame: FrameType | None) -> None:
        for listener in self.sockets:
            turn_away(listener)
        self.signal_queue.append(sig)

    def terminate_all(self) -> None:
        """Tell the workers, and let go of the sockets: they are closed when nobody holds them any more."""
        super().terminate_all()
        for listener in self.sockets:
            listener.close()
