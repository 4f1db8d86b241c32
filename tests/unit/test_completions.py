"""Reading the answer of a chat endpoint: cut anywhere, and believed nothing."""

import json
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from shared.completions import (
    MAX_ANSWER_CHARACTERS,
    MAX_LINE_BYTES,
    TokenReader,
    check_head,
    request_body,
    request_headers,
)
from shared.errors import UpstreamFailed

END = b"data: [DONE]\n\n"


def event(text: str | None) -> bytes:
    return b"data: " + json.dumps({"choices": [{"delta": {"content": text}}]}).encode() + b"\n\n"


def read(chunks: Iterable[bytes]) -> list[str]:
    reader = TokenReader()
    tokens = [token for chunk in chunks for token in reader.feed(chunk)]
    reader.close()
    return tokens


@given(st.data())
def test_an_answer_is_the_same_however_it_is_cut(data: st.DataObject) -> None:
    texts = data.draw(st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), min_size=1, max_size=5))
    noise = data.draw(st.sampled_from([b"", b": ping\n\n", b"event: x\nid: 1\n", b'data: {"choices":[]}\n\n']))
    answer = noise.join(event(text) for text in texts) + END
    if data.draw(st.booleans()):
        answer = answer.replace(b"\n", b"\r\n")
    cuts = sorted(data.draw(st.lists(st.integers(0, len(answer)), max_size=8)))
    ends = [0, *cuts, len(answer)]
    assert read(answer[begin:end] for begin, end in pairwise(ends)) == texts


def test_an_answer_may_come_byte_by_byte() -> None:
    answer = event("é📚") + event(" b") + END
    assert read(answer[at : at + 1] for at in range(len(answer))) == ["é📚", " b"]


def test_the_space_after_the_colon_may_be_missing() -> None:
    assert read([(event("a") + END).replace(b"data: ", b"data:")]) == ["a"]


@pytest.mark.parametrize(
    "delta", [{"role": "assistant"}, {"content": None}, {"content": ""}, {"reasoning_content": "hm"}], ids=str
)
def test_a_chunk_without_text_is_no_token(delta: dict[str, object]) -> None:
    chunk = b"data: " + json.dumps({"choices": [{"delta": delta, "finish_reason": "stop"}]}).encode() + b"\n\n"
    assert read([chunk, event("a"), chunk, END]) == ["a"]


def test_what_follows_the_end_is_not_read() -> None:
    assert read([event("a") + END + b"data: {nonsense\n" + b"x" * 2 * MAX_LINE_BYTES]) == ["a"]


@pytest.mark.parametrize(
    "data",
    [
        b"{not json",
        b"null",
        b"[]",
        b"{}",
        b'{"choices": [{"text": "of another kind"}]}',
        b'{"choices": [{"delta": {"content": 5}}]}',
        b'{"choices": [{"delta": {"content": "\\ud800"}}]}',
        b'{"choices": [{"delta": {"content": "\xff"}}]}',
        b'{"error": {"message": "out of memory"}}',
    ],
)
def test_an_event_that_is_no_chunk_of_an_answer_is_a_failure(data: bytes) -> None:
    reader = TokenReader()
    assert list(reader.feed(event("a"))) == ["a"]
    with pytest.raises(UpstreamFailed):
        list(reader.feed(b"data: " + data + b"\n\n"))


@pytest.mark.parametrize("answer", [b"", event("a"), event("a") + b"data: [DONE]", END, event("") + END])
def test_an_answer_without_its_end_or_without_text_is_a_failure(answer: bytes) -> None:
    with pytest.raises(UpstreamFailed):
        read([answer])


@pytest.mark.parametrize("start", [b"data: ", b": ", b""])
def test_a_line_without_end_is_a_failure_before_much_of_it_is_kept(start: bytes) -> None:
    reader = TokenReader()
    list(reader.feed(start + b"x" * (MAX_LINE_BYTES - len(start))))
    with pytest.raises(UpstreamFailed):
        list(reader.feed(b"x"))


def test_an_answer_without_end_is_a_failure() -> None:
    reader = TokenReader()
    list(reader.feed(event("x" * (MAX_LINE_BYTES - 100))))
    with pytest.raises(UpstreamFailed):
        list(reader.feed(event("x" * (MAX_ANSWER_CHARACTERS - MAX_LINE_BYTES)) + event("x" * 200)))


@pytest.mark.parametrize("media_type", ["text/event-stream", "Text/Event-Stream; charset=utf-8"])
def test_an_event_stream_may_follow(media_type: str) -> None:
    check_head(200, {"content-type": media_type})


@pytest.mark.parametrize(
    ("status", "media_type"),
    [(200, "text/html"), (200, ""), (200, "application/json"), (204, "text/event-stream"), (302, "text/event-stream"),
     (429, "text/event-stream"), (500, "text/event-stream")],
)  # fmt: skip
def test_anything_else_is_a_failure(status: int, media_type: str) -> None:
    with pytest.raises(UpstreamFailed):
        check_head(status, {"content-type": media_type})


def test_a_failure_tells_the_operator_and_not_the_client(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(UpstreamFailed) as caught:
        check_head(500, {"content-type": "text/\nhtml"})
    assert "500" not in str(caught.value)
    assert caplog.messages == [r"upstream: answered 500 with text/\nhtml"]


def test_the_key_is_sent_only_when_there_is_one() -> None:
    assert request_headers(SecretStr("sesame"))["Authorization"] == "Bearer sesame"
    assert "Authorization" not in request_headers(None)


def test_the_finding_goes_along_as_the_system_speaks() -> None:
    body = request_body("some-model", "Who?", "Nobody.")
    assert body["model"] == "some-model"
    assert body["stream"] is True
    assert isinstance(body["messages"], list)
    system, user = body["messages"]
    assert system["role"] == "system"
    assert system["content"].endswith("Nobody.")
    assert user == {"role": "user", "content": "Who?"}
