"""The order of checks: which of several things that are wrong is the one that is told."""

from tests.faults.fault import Change, Fault

_FIRST = "test_precedence.py::test_a_request_that_fails_two_checks_is_refused_for_the_first"

FAULTS = [
    Fault(
        "credentials-before-the-body",
        "Who asks is found out before the body is looked at.",
        [_FIRST],
        [
            Change(
                "flask_impl.wire",
                "            sent = _parse_body(media_type) if body else None\n",
                "            early = current_user() if user else None\n"
                "            sent = _parse_body(media_type) if body else None\n",
            )
        ],
    ),
    Fault(
        "values-before-credentials",
        "A stranger is told what is wrong with the body.",
        [_FIRST],
        [
            Change(
                "flask_impl.wire",
                '            arguments: dict[str, object] = {"user": current_user()} if user else {}\n',
                "            arguments: dict[str, object] = {}\n",
            ),
            Change(
                "flask_impl.wire",
                "                raise InvalidInput(problems)\n",
                "                raise InvalidInput(problems)\n"
                '            arguments |= {"user": current_user()} if user else {}\n',
            ),
        ],
    ),
    Fault(
        "type-before-size",
        "The media type is checked before the size.",
        [_FIRST],
        [
            Change(
                "flask_impl.wire",
                "    declared, limit = request.content_length or 0, services.body_limit(media_type)\n",
                "    check_media_type(request.content_type, media_type)\n"
                "    declared, limit = request.content_length or 0, services.body_limit(media_type)\n",
            ),
            Change(
                "fastapi_impl.wire",
                "        raw = await self.body()\n",
                '        check_media_type(joined(self.headers, "content-type"), media_type)\n'
                "        raw = await self.body()\n",
            ),
        ],
    ),
    Fault(
        "parsed-before-the-type",
        "The body is parsed before its type is checked.",
        [_FIRST],
        [
            Change(
                "flask_impl.wire",
                "    check_media_type(request.content_type, media_type)\n    if media_type == MULTIPART",
                "    if media_type.endswith('json'):\n        parse_json(raw)\n"
                "    check_media_type(request.content_type, media_type)\n    if media_type == MULTIPART",
            ),
            Change(
                "fastapi_impl.wire",
                "        raw = await self.body()\n",
                "        raw = await self.body()\n"
                "        if media_type.endswith('json'):\n            parse_json(raw)\n",
            ),
        ],
    ),
    Fault(
        "precondition-before-owner",
        "A stranger is told whether a version is current.",
        [_FIRST],
        [
            Change(
                "shared.books",
                "    book = own(connection, user, book_id)\n    preconditions.demand(etag(book.version))\n"
                "    return _save(connection, book, body.model_dump(), now)",
                "    book = _one(connection, _by_id, book_id)\n    preconditions.demand(etag(book.version))\n"
                "    book = own(connection, user, book_id)\n"
                "    return _save(connection, book, body.model_dump(), now)",
            )
        ],
    ),
    Fault(
        "missing-books-forbidden",
        "A change of a book that does not exist is 403.",
        ["test_routing.py::test_an_id_that_no_book_has_cannot_be_changed"],
        [
            Change(
                "shared.books",
                "    book = _one(connection, _by_id_locked, book_id)\n",
                "    try:\n        book = _one(connection, _by_id_locked, book_id)\n"
                "    except BookNotFound:\n        raise NotTheOwner from None\n",
            )
        ],
    ),
    Fault(
        "refused-and-done",
        "A change is made before it turns out that it may not.",
        ["test_books_write.py::test_only_the_owner_may_change_a_book"],
        [
            Change(
                "flask_impl.database",
                "with self._engines.writes.begin() as connection:",
                "with self._engines.reads.connect() as connection:",
            ),
            Change(
                "shared.books",
                "    if book.owner != user.username:\n",
                "    if book.owner != user.username:\n"
                "        connection.execute(update(table).where(table.c.id == book_id).values(rating=1))\n",
            ),
        ],
    ),
]
