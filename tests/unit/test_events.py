"""How an event is written."""

import pytest
from fastapi.sse import format_sse_event

from shared.events import END, Event, encode


@pytest.mark.parametrize(
    ("event", "written"),
    [
        (Event("0"), b"data: 0\n\n"),
        (Event(""), b"data: \n\n"),
        (Event("a", "token"), b"event: token\ndata: a\n\n"),
        (Event("a\nb\r\nc\rd"), b"data: a\ndata: b\ndata: c\ndata: d\n\n"),
        (Event("\n"), b"data: \ndata: \n\n"),
        (Event("a\n\nevent: forged"), b"data: a\ndata: \ndata: event: forged\n\n"),
        (Event("caf\u00e9\u2028\x0b\x85"), "data: caf\u00e9\u2028\x0b\x85\n\n".encode()),
        (END, b"event: end\ndata: stopping\n\n"),
    ],
)
def test_an_event_is_written_field_by_field_and_as_fastapi_does(event: Event, written: bytes) -> None:
    assert encode(event) == written == format_sse_event(data_str=event.data, event=event.name)


@pytest.mark.parametrize("name", ["a\nb", "a\r", "\n"])
def test_a_name_cannot_begin_another_field(name: str) -> None:
    with pytest.raises(ValueError, match="one line"):
        encode(Event("a", name))
