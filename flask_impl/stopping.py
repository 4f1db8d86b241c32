"""The server's word that it is about to stop, for those who would outlast it."""

from threading import Event


class Stopping(Event):
    """Set once the server has been told to stop; `wait(seconds)` says whether that has happened."""
