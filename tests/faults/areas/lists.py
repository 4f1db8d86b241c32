"""Lists: filters, orders and pages."""

from tests.faults.fault import Change, Fault

_ORDER = "test_paging.py::test_pages_follow_the_order"
_FOLDED = "test_books_read.py::test_a_filter_ignores_case_and_unicode_form"

FAULTS = [
    Fault(
        "page-one-short",
        "A page holds one book less than was asked for, and the next begins behind it.",
        ["test_paging.py::test_a_page_before_the_last_names_the_next"],
        [Change("shared.listing", "rows[: query.limit]", "rows[: max(query.limit - 1, 1)]")],
    ),
    Fault(
        "page-repeats-a-book",
        "The next page begins with the last book of the page before.",
        [_ORDER],
        [Change("shared.listing", "(last.order_key, last.id))", "(last.order_key, last.id - 1))")],
    ),
    Fault(
        "page-skips-a-book",
        "The next page leaves the first of its books out.",
        [_ORDER],
        [
            Change(
                "shared.listing",
                "    last = shown[-1] if len(rows) > len(shown) else None\n",
                "    last = rows[-1] if len(rows) > len(shown) else None\n",
            )
        ],
    ),
    Fault(
        "pages-by-offset",
        "A cursor counts books instead of naming the last one, so that pages shift when books come and go.",
        ["test_paging.py::test_a_walk_neither_skips_nor_repeats_while_books_come_and_go"],
        [
            Change(
                "shared.listing",
                '{"after_key": position[0], "after_id": position[1]}',
                "{}",
            ),
            Change(
                "shared.listing",
                '    rows = connection.execute(statement, {**values, "rows": query.limit + 1}).all()\n',
                "    seen = position[1] if position else 0\n"
                '    rows = connection.execute(statement, {**values, "rows": seen + query.limit + 1}).all()[seen:]\n'
                "    query.__dict__['seen'] = seen\n",
            ),
            Change(
                "shared.listing",
                "cursors.sign(query, (last.order_key, last.id))",
                "cursors.sign(query, (0, query.__dict__.pop('seen') + query.limit))",
            ),
        ],
    ),
    Fault(
        "last-page-names-a-next",
        "A last page that is full names a next one, which is empty.",
        ["test_paging.py::test_the_last_page_has_no_next_even_when_it_is_full"],
        [
            Change(
                "shared.listing",
                "last = shown[-1] if len(rows) > len(shown) else None",
                "last = shown[-1] if len(shown) == query.limit else None",
            )
        ],
    ),
    Fault(
        "cursor-unsigned",
        "The signature of a cursor is not checked.",
        ["test_paging.py::test_a_cursor_changed_in_any_one_character_is_refused"],
        [
            Change(
                "shared.cursors",
                "key, item_id = self._serializer.loads(cursor)",
                "key, item_id = self._serializer.loads_unsafe(cursor)[1] or (0, 0, 0)",
            ),
            Change(
                "shared.cursors",
                "return (key, item_id) if cursor == self.sign(query, (key, item_id), scope) else None",
                "return (key, item_id)",
            ),
        ],
    ),
    Fault(
        "cursor-of-any-query",
        "A cursor is taken for another query than the one that it was given out for.",
        ["test_paging.py::test_a_cursor_belongs_to_its_query"],
        [
            Change(
                "shared.cursors",
                "return (key, item_id) if cursor == self.sign(query, (key, item_id), scope) else None",
                "return (key, item_id)",
            )
        ],
    ),
    Fault(
        "cursor-of-one-limit",
        "A cursor is taken only with the limit of the page before.",
        ["test_paging.py::test_the_limit_may_change_from_page_to_page"],
        [Change("shared.cursors", 'exclude={"cursor", "limit"}', 'exclude={"cursor"}')],
    ),
    Fault(
        "bad-cursor-begins-anew",
        "A cursor that is none is answered by the first page.",
        ["test_paging.py::test_what_was_never_given_out_is_no_cursor"],
        [Change("shared.cursors", "if query.cursor is not None and position is None:", "if query.cursor == '':")],
    ),
    Fault(
        "equals-in-no-order",
        "Books with the same key are in no order, so that pages repeat and skip.",
        [_ORDER],
        [
            Change(
                "shared.listing",
                "return (book_id,) if order is table.c.id else (order, book_id)",
                "return (book_id,) if order is table.c.id else (order, func.random())",
            )
        ],
    ),
    Fault(
        "hyphen-reverses-nothing",
        "A leading hyphen of an order is passed over.",
        [_ORDER],
        [Change("shared.listing", 'sort.startswith("-")', 'sort.startswith("--")')],
    ),
    Fault(
        "unknown-years-first",
        "Books without a year come first.",
        [_ORDER],
        [Change("shared.listing", "literal_column(str(last))", "literal_column(str(-last))")],
    ),
    Fault(
        "sorted-by-code-point",
        "Texts are sorted with their case.",
        [_ORDER],
        [
            Change(
                "shared.listing",
                '"title": table.c.title_key,\n    "-title": table.c.title_key',
                '"title": table.c.title,\n    "-title": table.c.title',
            ),
        ],
    ),
    Fault(
        "sorted-by-title-by-default",
        "A list without an order is in that of titles.",
        ["test_paging.py::test_a_list_is_in_order_of_ids_unless_asked_otherwise"],
        [Change("shared.schemas.books", '("relevance" if self.q else "id")', '("relevance" if self.q else "title")')],
    ),
    Fault(
        "ten-on-a-page",
        "A page has ten books unless asked otherwise.",
        ["test_paging.py::test_a_page_has_twenty_books_unless_asked_otherwise"],
        [Change("shared.schemas.base", "Digits] = 20", "Digits] = 10")],
    ),
    Fault(
        "limit-clamped",
        "A limit that is too large is cut to the largest without a word.",
        ["test_queries.py::test_a_limit_is_a_whole_number_from_1_to_100"],
        [
            Change("shared.schemas.base", "Field(ge=1, le=MAX_PAGE, description", "Field(ge=1, description"),
            Change("shared.cursors", "if query.limit > self._max_page:", "if query.limit < 0:"),
        ],
    ),
    Fault(
        "rating-filter-exclusive",
        "The least rating itself is left out.",
        ["test_books_read.py::test_the_rating_filter_keeps_books_rated_at_least_so"],
        [Change("shared.listing", "table.c.rating >= bindparam", "table.c.rating > bindparam")],
    ),
    Fault(
        "filters-case-sensitive",
        "A filter by author wants the author's own case.",
        [_FOLDED],
        [Change("shared.listing", "fold(query.author) if query.author", "query.author if query.author")],
    ),
    Fault(
        "filters-match-parts",
        "A filter matches what merely begins so.",
        ["test_books_read.py::test_a_filter_matches_only_the_whole_text"],
        [
            Change(
                "shared.listing",
                '"author": table.c.author_key == bindparam("author")',
                '"author": table.c.author_key.startswith(bindparam("author", type_=table.c.author_key.type))',
            )
        ],
    ),
    Fault(
        "filters-lose-accents",
        "A filter takes letters for the same that differ in an accent.",
        ["test_books_read.py::test_accents_distinguish_in_a_filter"],
        [
            Change(
                "shared.model",
                ".casefold())[:KEY_MAX]",
                '.casefold()).replace("\u00e9", "e")[:KEY_MAX]',
            )
        ],
    ),
    Fault(
        "one-filter-at-a-time",
        "Of several filters only the last counts.",
        ["test_books_read.py::test_filters_combine"],
        [Change("shared.listing", "_filters.items() if name in names]", "_filters.items() if name in names][-1:]")],
    ),
    Fault(
        "filters-on-the-first-page-only",
        "Behind the first page the least rating is forgotten.",
        ["test_paging.py::test_filters_hold_on_every_page"],
        [
            Change(
                "shared.listing",
                '        "min_rating": query.min_rating,\n',
                '        "min_rating": query.min_rating if position is None else None,\n',
            )
        ],
    ),
    Fault(
        "author-ignores-category",
        "The books of an author are not filtered by category.",
        ["test_books_of_an_author.py::test_the_books_of_an_author_are_filtered_by_category"],
        [
            Change(
                "shared.schemas.books",
                "**dict(self), author=author)",
                "**dict(self) | {'category': None}, author=author)",
            )
        ],
    ),
]
