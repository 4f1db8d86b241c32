"""What takes its time: streams, uploads and sockets."""

from collections.abc import Iterator

from flask_impl.current import places
from flask_impl.events import event_stream, silence
from flask_impl.sockets import Socket, SocketBlueprint, messages
from flask_impl.wire import Reply, operation
from shared.events import Event
from shared.model import User
from shared.schemas import StreamQuery
from shared.streaming import UPLOAD, Digest

router = SocketBlueprint("live", __name__)


@router.get("/stream/")
@operation(query=StreamQuery)
def stream(query: StreamQuery) -> Reply:
    """Events that count from 0, one each interval."""

    def events() -> Iterator[Event | None]:
        for number in range(query.count):
            yield from silence(query.interval if number else 0)
            yield Event(str(number))

    return event_stream(events())


@router.post("/upload/")
@operation(stream=UPLOAD, user=True)
def upload(body: Iterator[bytes], user: User) -> Reply:
    """Number and SHA-256 of the bytes that are sent, of any media type, in any amount up to the limit."""
    digest = Digest()
    with places.transfers.held():
        for chunk in body:
            digest.add(chunk)
    return digest.result()


@router.websocket("/ws/")
def echo(socket: Socket) -> None:
    """Send back each text that comes."""
    for message in messages(socket):
        socket.send(f"Message text was: {message}")
