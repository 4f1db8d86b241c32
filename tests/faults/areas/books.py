"""Single books: who may change them, what a change does, and what is taken for a value."""

from tests.faults.fault import Change, Fault

_DEMAND = "        if self.not_modified(tag):\n"

_STORABLE = '"Text must not contain the NUL character")\n    return text'
_EXACT = "test_book_fields.py::test_a_text_is_kept_exactly_as_sent"

FAULTS = [
    Fault(
        "anybody-changes-books",
        "Whose book it is does not matter.",
        ["test_books_write.py::test_only_the_owner_may_change_a_book"],
        [Change("shared.books", "if book.owner != user.username:", "if not book.owner:")],
    ),
    Fault(
        "if-match-ignored",
        "A change goes ahead whatever If-Match says.",
        ["test_conditional.py::test_a_change_is_refused_when_if_match_names_other_versions"],
        [
            Change("shared.preconditions", "if self.if_match is not None and not _lists(", "if False and not _lists("),
        ],
    ),
    Fault(
        "if-match-takes-weak-tags",
        "If-Match compares weakly, which RFC 9110 forbids.",
        ["test_conditional.py::test_a_change_is_refused_when_if_match_names_other_versions"],
        [Change("shared.preconditions", "self.if_match, tag, weak=False", "self.if_match, tag, weak=True")],
    ),
    Fault(
        "if-none-match-ignored-by-changes",
        "A change goes ahead although If-None-Match names the version.",
        ["test_conditional.py::test_a_change_is_refused_when_if_none_match_names_the_version"],
        [Change("shared.preconditions", _DEMAND, "        if self.not_modified(tag) and not tag:\n")],
    ),
    Fault(
        "copies-never-current",
        "If-None-Match is ignored: every GET sends the book again.",
        ["test_conditional.py::test_a_client_whose_copy_is_current_gets_304"],
        [
            Change("flask_impl.books", "if current_preconditions().not_modified(etag(book.version)):", "if not book:"),
            Change("fastapi_impl.books", "if preconditions.not_modified(etag(book.version)):", "if not book:"),
        ],
    ),
    Fault(
        "copies-always-current",
        "Any If-None-Match is answered by 304.",
        ["test_conditional.py::test_a_client_whose_copy_is_old_gets_the_book"],
        [
            Change(
                "shared.preconditions",
                "return self.if_none_match is not None and _lists(self.if_none_match, tag, weak=True)",
                "return self.if_none_match is not None",
            )
        ],
    ),
    Fault(
        "etag-weak",
        "The ETag of a book is weak.",
        ["test_conditional.py::test_the_etag_is_strong_and_made_of_the_version"],
        [Change("shared.model", """return f'"{version}"'""", """return f'W/"{version}"'""")],
    ),
    Fault(
        "empty-patch-checks-nothing",
        "A PATCH without fields succeeds whatever version it demands.",
        ["test_conditional.py::test_an_empty_patch_is_refused_when_stale"],
        [
            Change(
                "shared.books",
                "    preconditions.demand(etag(book.version))\n    changes = body.model_dump(exclude_unset=True)\n",
                "    changes = body.model_dump(exclude_unset=True)\n"
                "    if changes:\n        preconditions.demand(etag(book.version))\n",
            )
        ],
    ),
    Fault(
        "change-unsaved",
        "A change is answered as if it had been made, and is not.",
        ["test_books_write.py::test_a_put_replaces_every_field_and_nothing_else"],
        [Change("shared.books", "table.c.version == book.version)", "table.c.version == book.version + 1)")],
    ),
    Fault(
        "patch-forgets-the-description",
        "A PATCH empties the description unless it is sent.",
        ["test_books_write.py::test_a_patch_changes_only_what_it_names"],
        [
            Change(
                "shared.books",
                "changes = body.model_dump(exclude_unset=True)",
                'changes = {"description": ""} | body.model_dump(exclude_unset=True)',
            )
        ],
    ),
    Fault(
        "patch-passes-over-null",
        "A null in a PATCH is taken for a field that was not sent.",
        ["test_book_fields.py::test_a_year_may_be_unknown"],
        [
            Change(
                "shared.books",
                "changes = body.model_dump(exclude_unset=True)",
                "changes = body.model_dump(exclude_unset=True, exclude_none=True)",
            )
        ],
    ),
    Fault(
        "empty-patch-counts",
        "A PATCH without fields makes a new version.",
        ["test_books_write.py::test_an_empty_patch_changes_nothing"],
        [
            Change(
                "shared.books",
                "return _save(connection, book, changes, now) if changes else book",
                "return _save(connection, book, changes, now)",
            )
        ],
    ),
    Fault(
        "version-stands-still",
        "A change does not make a new version.",
        ["test_books_write.py::test_versions_count_the_changes"],
        [Change("shared.books", '"version": book.version + 1', '"version": book.version')],
    ),
    Fault(
        "updated-at-stands-still",
        "A change does not say when it was made.",
        ["test_books_write.py::test_a_patch_changes_only_what_it_names"],
        [Change("shared.books", ', "updated_at": now})', "})")],
    ),
    Fault(
        "put-in-part",
        "A PUT without a year keeps the year.",
        ["test_books_write.py::test_a_put_needs_every_field"],
        [
            Change(
                "shared.schemas.books",
                "    published_year: Year\n\n\nclass BookPatch",
                "    published_year: Year = None\n\n\nclass BookPatch",
            )
        ],
    ),
    Fault(
        "put-changes-the-date-of-creation",
        "A book that is replaced is a new one, by its date.",
        ["test_books_write.py::test_a_put_replaces_every_field_and_nothing_else"],
        [
            Change("shared.books", '"updated_at": now})', '"updated_at": now, "created_at": now})'),
        ],
    ),
    Fault(
        "deleted-books-stay",
        "A DELETE is answered 204 and deletes nothing.",
        ["test_books_write.py::test_a_deleted_book_is_gone"],
        [Change("shared.books", "delete(table).where(table.c.id == book.id)", "delete(table).where(table.c.id == -1)")],
    ),
    Fault(
        "ids-given-out-again",
        "A new book gets the id of one that was deleted.",
        ["test_books_write.py::test_the_id_of_a_deleted_book_is_not_given_out_again"],
        [
            Change(
                "shared.books",
                "        return connection.execute(_insert, rows).scalars().all()\n",
                "        top = connection.scalar(select(table.c.id).order_by(table.c.id.desc()).limit(1)) or 0\n"
                "        rows = [row | {'id': top + number} for number, row in enumerate(rows, 1)]\n"
                "        return connection.execute(_insert, rows).scalars().all()\n",
            )
        ],
    ),
    Fault(
        "owner-from-the-body",
        "Who adds a book may say whose it is.",
        ["test_book_fields.py::test_what_the_server_makes_cannot_be_sent"],
        [
            Change(
                "shared.schemas.books",
                "    published_year: Year = None\n\n\nclass FullBook",
                '    published_year: Year = None\n    owner: str = ""\n\n\nclass FullBook',
            )
        ],
    ),
    Fault(
        "texts-trimmed",
        "White space at the ends of a text is lost.",
        [_EXACT],
        [Change("shared.fields", _STORABLE, f"{_STORABLE}.strip()")],
    ),
    Fault(
        "texts-normalised",
        "Texts are kept in another Unicode form than they were sent in.",
        [_EXACT],
        [Change("shared.fields", _STORABLE, f"{_STORABLE} and __import__('unicodedata').normalize('NFC', text)")],
    ),
    Fault(
        "nul-taken",
        "A text may hold NUL, which not every database can keep.",
        ["test_book_fields.py::test_a_text_that_no_database_can_keep_is_refused"],
        [Change("shared.fields", 'if "\\x00" in text:', 'if "\\x00\\x00\\x00" in text:')],
    ),
    Fault(
        "blank-titles-taken",
        "A title may be nothing but white space.",
        ["test_book_fields.py::test_an_empty_or_blank_text_is_refused"],
        [Change("shared.fields", "if not text.strip():", "if not text:")],
    ),
    Fault(
        "title-one-too-short",
        "A title of 300 characters is too long.",
        ["test_book_fields.py::test_a_text_of_the_greatest_length_is_kept"],
        [Change("shared.fields", "max_length=300", "max_length=299")],
    ),
    Fault(
        "length-in-bytes",
        "The length of an author is counted in bytes.",
        ["test_book_fields.py::test_length_is_counted_in_characters_not_in_bytes_or_utf_16_units"],
        [
            Change(
                "shared.fields",
                "    if not text.strip():\n",
                "    if len(text.encode()) > 300 or not text.strip():\n",
            )
        ],
    ),
    Fault(
        "rating-of-zero",
        "A rating may be 0.",
        ["test_book_fields.py::test_a_rating_beyond_one_to_five_is_refused"],
        [Change("shared.fields", 'Field(ge=1, le=5, description="Mark', 'Field(ge=0, le=5, description="Mark')],
    ),
    Fault(
        "no-years-before-christ",
        "A year of publication is positive.",
        ["test_book_fields.py::test_years_of_both_eras_are_kept"],
        [Change("shared.fields", "Field(ge=-9999, le=9999", "Field(ge=1, le=9999")],
    ),
    Fault(
        "numbers-from-texts",
        'Values are converted: "5" and true are taken for numbers.',
        ["test_book_fields.py::test_a_number_must_be_a_json_integer"],
        [Change("shared.schemas.base", "strict=True, extra", "strict=False, extra")],
    ),
    Fault(
        "unknown-fields-ignored",
        "Fields that a book does not have are passed over.",
        ["test_book_fields.py::test_an_unknown_field_is_refused"],
        [Change("shared.schemas.base", 'strict=True, extra="forbid"', 'strict=True, extra="ignore"')],
    ),
]
