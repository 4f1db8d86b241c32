"""The server's word that it is about to stop, for those who would outlast it."""

from asyncio import Event

from anyio import move_on_after


class Stopping(Event):
    """Set, on the event loop, once the server has been told to stop."""

    async def within(self, seconds: float) -> bool:
        """Wait so long, or until the server is told to stop; says whether that has happened."""
        with move_on_after(seconds):
            await self.wait()
        return self.is_set()
