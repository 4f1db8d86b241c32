"""A server that answers every request alike, faster than any generator here can ask: it says its port, then serves."""

import asyncio
from typing import cast

import uvloop

_BODY = b'{"id":1,"title":"A Wizard of Earthsea","author":"Ursula K. Le Guin","rating":5,"published_year":1968}'
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(_BODY), _BODY)
_END_OF_HEAD = b"\r\n\r\n"


class Constant(asyncio.Protocol):
    """Answers each head without reading it; requests have no body."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody is there."""
        # The event loop's own class is no asyncio.Transport, although it does the same.
        self._transport = cast(asyncio.Transport, transport)
        self._rest = b""

    def data_received(self, data: bytes) -> None:
        """One answer for each head that is complete."""
        heads = (self._rest + data).split(_END_OF_HEAD)
        self._rest = heads.pop()
        self._transport.write(_ANSWER * len(heads))


async def _serve() -> None:
    server = await asyncio.get_running_loop().create_server(Constant, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve())
