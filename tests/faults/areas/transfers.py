"""Import and export."""

from tests.faults.fault import Change, Fault

_EVERY = "test_export.py::test_an_export_has_every_book_once_in_the_order_of_ids"
_BROKEN = "test_import.py::test_a_stream_that_cannot_be_read_is_400_with_the_line_and_nothing_is_added"

FAULTS = [
    Fault(
        "export-lacks-the-last",
        "The last book of an export is missing.",
        [_EVERY],
        [
            Change(
                "shared.transfers",
                'f"{book.model_dump_json()}\\n" for book in books).encode()',
                'f"{book.model_dump_json()}\\n" for book in books[:-1]).encode()',
            )
        ],
    ),
    Fault(
        "export-in-another-order",
        "An export begins with the newest book.",
        [_EVERY],
        [Change("shared.transfers", "order_by(table.c.id)", "order_by(table.c.id.desc())")],
    ),
    Fault(
        "export-runs-formulas",
        "A text that a spreadsheet takes for a formula is exported as it is.",
        ["test_export.py::test_no_text_of_a_table_is_a_formula_for_a_spreadsheet"],
        [
            Change(
                "shared.records.cells",
                "isinstance(value, str) and _TO_GUARD.match(value)",
                "value is None and _TO_GUARD.match('')",
            )
        ],
    ),
    Fault(
        "export-guards-json-too",
        "An export as lines of JSON has apostrophes that nobody wrote.",
        ["test_export.py::test_lines_of_json_are_left_as_they_are"],
        [
            Change(
                "shared.transfers",
                'f"{book.model_dump_json()}\\n" for book in books).encode()',
                "f\"{book.model_copy(update={'title': write_cell(book.title)}).model_dump_json()}\\n\""
                " for book in books).encode()",
            )
        ],
    ),
    Fault(
        "accept-ignored",
        "An export is lines of JSON whatever the client prefers.",
        ["test_export.py::test_the_client_chooses_the_form"],
        [Change("shared.negotiation", "best = max(offers, key=weights.__getitem__)", "best = offers[0]")],
    ),
    Fault(
        "weights-ignored",
        "Of what a client accepts the first counts, not the heaviest.",
        ["test_export.py::test_the_client_chooses_the_form"],
        [Change("shared.negotiation", 'pair[0] != "q"), float(weight))', 'pair[0] != "q"), float(weight) and 1.0)')],
    ),
    Fault(
        "never-not-acceptable",
        "A client that takes none of the forms gets one all the same.",
        ["test_export.py::test_a_form_that_there_is_not_is_406"],
        [Change("shared.negotiation", "if not weights[best]:", "if not best:")],
    ),
    Fault(
        "export-without-a-name",
        "An export is shown by a browser instead of saved.",
        ["test_export.py::test_an_export_is_a_file_whose_length_nobody_knows_before"],
        [Change("shared.transfers", '"Content-Disposition": f\'attachment; filename="{name}"\', ', "")],
    ),
    Fault(
        "export-does-not-vary",
        "A cache may give an export in one form to who asked for another.",
        ["test_export.py::test_an_export_is_a_file_whose_length_nobody_knows_before"],
        [Change("shared.transfers", ', "Vary": "Accept"}', "}")],
    ),
    Fault(
        "import-keeps-half",
        "A file that cannot be read to its end leaves its first part behind.",
        [_BROKEN],
        [
            Change(
                "shared.draft",
                "        if self._fault:\n            raise self._fault\n        self._sort(self._parser.close())\n",
                "        try:\n            self._sort(self._parser.close())\n"
                "        except MalformedRequest:\n            pass\n",
            )
        ],
    ),
    Fault(
        "import-cut-off-is-kept",
        "An import whose client leaves in the middle is done all the same.",
        ["test_import.py::test_a_stream_that_ends_early_adds_nothing"],
        [Change("flask_impl.wire", "    if received < declared:\n", "    if received < 0:\n")],
    ),
    Fault(
        "import-counts-lines-from-0",
        "A rejected record is told by the line before it.",
        ["test_import.py::test_a_record_that_is_no_book_is_told_by_its_line_and_the_others_are_added"],
        [Change("shared.draft", "RecordFlaw(line=record.line,", "RecordFlaw(line=record.line - 1,")],
    ),
    Fault(
        "import-drops-silently",
        "Rejected records are not counted.",
        ["test_import.py::test_every_rejected_record_is_counted_and_the_first_hundred_flaws_are_told"],
        [Change("shared.draft", "self._rejected += 1", "self._rejected += not self._rejected")],
    ),
    Fault(
        "import-tells-everything",
        "An import tells every flaw of a million records.",
        ["test_import.py::test_every_rejected_record_is_counted_and_the_first_hundred_flaws_are_told"],
        [Change("shared.draft", "MAX_ERRORS = 100", "MAX_ERRORS = 1_000_000")],
    ),
    Fault(
        "import-believes-the-owner",
        "An import gives books to whom the file names.",
        ["test_import.py::test_an_import_adds_books_that_belong_to_the_user"],
        [
            Change(
                "shared.transfers",
                '{"owner": user.username, "version": 1,',
                '{"owner": connection.scalar(select(table.c.owner).limit(1)) or user.username, "version": 2,',
            )
        ],
    ),
    Fault(
        "imported-books-not-found",
        "What was imported is not found by its words.",
        ["test_import.py::test_an_imported_book_is_found_by_its_words"],
        [
            Change(
                "shared.transfers",
                "        books.insert_all(connection, [row | server_set for row in batch])\n",
                "        books._insert_rows(connection, [row | server_set | books._keys(row) for row in batch])\n",
            )
        ],
    ),
    Fault(
        "import-loses-guards",
        "The apostrophe before a formula of a table stays when it is imported.",
        ["test_import.py::test_an_apostrophe_before_a_formula_is_taken_from_a_table_only"],
        [
            Change(
                "shared.records.cells",
                'return cell[1:] if cell.startswith("\'") and',
                'return cell[1:] if cell == "" and',
            )
        ],
    ),
    Fault(
        "import-reads-any-type",
        "An import is read as CSV whatever it is.",
        ["test_import.py::test_another_media_type_or_charset_is_415"],
        [
            Change("shared.streaming", "        if self.media_type:\n", '        if self.media_type == "":\n'),
            Change(
                "shared.draft",
                "PARSERS[essence(content_type)]()",
                "PARSERS.get(essence(content_type), PARSERS['text/csv'])()",
            ),
        ],
    ),
]
