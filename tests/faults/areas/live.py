"""Streams, uploads, sockets and the librarian."""

from tests.faults.fault import Change, Fault
from tests.faults.rewrites import without

_SSE = "test_streams.py::test_an_event_stream_says_what_it_is_and_is_not_buffered_on_its_way"
_SOCKET_TOO_LONG = "test_sockets.py::test_a_longer_text_closes_the_socket_with_1009"

FAULTS = [
    Fault(
        "stream-counts-from-1",
        "Events count from 1.",
        ["test_streams.py::test_events_count_from_0"],
        [
            Change("flask_impl.live", "yield Event(str(number))", "yield Event(str(number + 1))"),
            Change("fastapi_impl.live", "yield sse(Event(str(number)))", "yield sse(Event(str(number + 1)))"),
        ],
    ),
    Fault(
        "stream-one-short",
        "A stream ends one event early.",
        ["test_streams.py::test_events_count_from_0"],
        [
            Change("flask_impl.live", "range(query.count)", "range(query.count - 1 or 1)"),
            Change("fastapi_impl.live", "range(query.count)", "range(query.count - 1 or 1)"),
        ],
    ),
    Fault(
        "stream-all-at-once",
        "Events come without an interval between them.",
        ["test_streams.py::test_the_first_event_comes_at_once_and_each_other_after_an_interval"],
        [
            Change("flask_impl.live", "silence(query.interval if number else 0)", "silence(0)"),
            Change("fastapi_impl.live", "stopping.within(query.interval)", "stopping.within(0)"),
        ],
    ),
    Fault(
        "stream-buffered",
        "Nothing tells a proxy to pass events on as they come.",
        [_SSE],
        rewrite=without("x-accel-buffering"),
    ),
    Fault(
        "stream-of-any-length",
        "A stream may have more than a thousand events.",
        ["test_streams.py::test_a_count_is_a_whole_number_from_1_to_1000"],
        [Change("shared.schemas.live", "le=1000", "le=1_000_000")],
    ),
    Fault(
        "upload-hash-of-part",
        "The hash of an upload is that of its first kilobyte.",
        ["test_uploads.py::test_an_upload_is_counted_and_hashed"],
        [Change("shared.streaming", "self._hash.update(chunk)", "self._hash.update(chunk[:1024])")],
    ),
    Fault(
        "upload-counts-pieces",
        "An upload counts the pieces that it came in, not its bytes.",
        ["test_uploads.py::test_an_upload_is_counted_and_hashed"],
        [Change("shared.streaming", "self._bytes += len(chunk)", "self._bytes += bool(chunk)")],
    ),
    Fault(
        "upload-limit-late",
        "An upload that is declared too large is read before it is refused.",
        ["test_uploads.py::test_a_streamed_body_that_is_declared_too_large_is_413_before_it_comes"],
        [
            Change("shared.streaming", "if declared_length > limit:", "if declared_length < 0:"),
            Change("fastapi_impl.wire", "if self._declared_length > limit:", "if self._declared_length < 0:"),
        ],
    ),
    Fault(
        "socket-without-limit",
        "A message may be as long as one likes.",
        [_SOCKET_TOO_LONG],
        [
            Change("flask_impl.app", '"max_message_size": settings.max_message_bytes,', '"max_message_size": 2**30,'),
            Change(
                "flask_impl.sockets",
                "elif len(message.encode()) > services.settings.max_message_bytes:",
                "elif not socket:",
            ),
            Change("fastapi_impl.__main__", "ws_max_size=settings.max_message_bytes", "ws_max_size=2**30"),
        ],
    ),
    Fault(
        "socket-limit-in-characters",
        "The length of a message is counted in characters.",
        [_SOCKET_TOO_LONG],
        [Change("flask_impl.sockets", "elif len(message.encode()) >", "elif len(message) >")],
    ),
    Fault(
        "socket-takes-bytes",
        "A binary message is passed over.",
        ["test_sockets.py::test_a_binary_message_closes_the_socket_with_1003"],
        [
            Change(
                "flask_impl.sockets",
                '            return close(socket, NOT_TEXT, "texts only")\n',
                "            continue\n",
            ),
            Change(
                "fastapi_impl.sockets",
                '        await socket.close(NOT_TEXT, "texts only")\n',
                "        return await _next_text(socket)\n",
            ),
        ],
    ),
    Fault(
        "socket-opened-by-two-headers",
        "A request is taken for a handshake by two of its headers, whatever its method is.",
        ["test_handshakes.py::test_a_handshake_of_another_method_is_a_plain_request"],
        [
            Change(
                "flask_impl.wire",
                'adapter.websocket = "HTTP_UPGRADE" in request.environ and is_handshake(offer_of(request))',
                "pass",
            )
        ],
    ),
    Fault(
        "socket-with-readable-lists-only",
        "Whoever offers subprotocols must offer readable ones.",
        ["test_handshakes.py::test_what_is_never_agreed_on_need_not_be_readable"],
        [Change("fastapi_impl.protocol", ', b"sec-websocket-protocol", b"sec-websocket-extensions"', "")],
    ),
    Fault(
        "header-with-its-white-space",
        "White space behind a header's value is a part of it.",
        ["test_handshakes.py::test_white_space_behind_a_value_is_none_of_it"],
        [Change("fastapi_impl.protocol", 'value.rstrip(b" \\t")', "value")],
    ),
    Fault(
        "socket-frames-forgiven",
        "Frames are read as the library behind the server reads them.",
        ["test_frames.py::test_what_breaks_the_protocol_closes_the_socket_with_its_code"],
        [Change("fastapi_impl.protocol", "in self._coming.split(data):", "in [data]:")],
    ),
    Fault(
        "socket-leaving-within-a-message",
        "A message must be ended before a close.",
        ["test_frames.py::test_a_message_need_not_be_ended_before_a_close"],
        [Change("fastapi_impl.protocol", "self.conn.current_size = None", "pass")],
    ),
    Fault(
        "socket-for-other-sites",
        "A page of another site may open a socket.",
        ["test_sockets.py::test_a_page_of_another_site_cannot_open_a_socket"],
        [
            Change("flask_impl.sockets", "                check_site()\n", ""),
            Change("fastapi_impl.sockets", "dependencies=[Depends(check_site)], ", ""),
        ],
    ),
    Fault(
        "socket-of-any-version",
        "A handshake of another version is accepted.",
        ["test_sockets.py::test_another_version_of_the_protocol_is_426_and_names_ours"],
        [Change("shared.handshake", ' or offer.version != "13"', "")],
    ),
    Fault(
        "socket-in-other-words",
        "The echo says something else.",
        ["test_sockets.py::test_a_text_comes_back_in_a_sentence"],
        [
            Change("flask_impl.live", "Message text was: {message}", "Message was: {message}"),
            Change("fastapi_impl.live", "Message text was: {message}", "Message was: {message}"),
        ],
    ),
    Fault(
        "librarian-forgets-its-books",
        "The librarian does not say which books it speaks of.",
        ["test_chat.py::test_an_answer_is_tokens_and_then_the_books_it_speaks_of"],
        [
            Change(
                "shared.librarian",
                '{_enumerated(found)}.", [book.id for book in found])',
                '{_enumerated(found)}.", [])',
            )
        ],
    ),
    Fault(
        "librarian-in-one-piece",
        "The librarian's answer comes in one piece.",
        ["test_chat.py::test_an_answer_is_tokens_and_then_the_books_it_speaks_of"],
        [
            Change(
                "shared.librarian",
                'return (piece[0] for piece in re.finditer(r"\\s+|\\S+\\s*", text))',
                "return iter([text])",
            )
        ],
    ),
    Fault(
        "conversation-outlives-its-session",
        "A conversation goes on after its session has ended.",
        ["test_chat_socket.py::test_a_conversation_ends_with_its_session"],
        [
            Change("flask_impl.chat", "        current_user()\n        question", "        question"),
            Change("fastapi_impl.chat", "        await current_user(socket, database, services, None, None)\n", ""),
        ],
    ),
    Fault(
        "question-of-any-length",
        "A question may be longer than 2,000 characters.",
        ["test_chat.py::test_a_question_is_1_to_2000_characters"],
        [Change("shared.fields", "max_length=2000", "max_length=20_000")],
    ),
]
