"""The search, and the order of what it finds."""

from tests.faults.fault import Change, Fault

_SPELLED = "test_books_read.py::test_a_search_finds_beginnings_of_words_whatever_case_accents_and_order"

FAULTS = [
    Fault(
        "search-with-accents",
        "The search takes letters for different ones that differ in an accent.",
        [_SPELLED],
        [
            Change(
                "shared.model",
                "c for c in decomposed if not unicodedata.combining(c)",
                "c for c in unicodedata.normalize('NFC', decomposed)",
            )
        ],
    ),
    Fault(
        "search-for-whole-words",
        "The search finds whole words only.",
        [_SPELLED],
        [Change("shared.search", """f'"{word}" *'""", """f'"{word}"'""")],
    ),
    Fault(
        "search-for-any-word",
        "The search finds books that hold one of the words.",
        ["test_books_read.py::test_a_search_needs_every_word_from_its_beginning"],
        [Change("shared.search", '" AND ".join', '" OR ".join')],
    ),
    Fault(
        "search-in-descriptions",
        "The search looks into descriptions.",
        ["test_books_read.py::test_the_search_does_not_look_into_descriptions"],
        [Change("shared.search", "fields: Sequence[str] = SHELF", "fields: Sequence[str] = ALL")],
    ),
    Fault(
        "search-in-titles-only",
        "The search looks into titles only.",
        ["test_books_read.py::test_the_search_looks_into_title_author_and_category"],
        [Change("shared.search", "fields: Sequence[str] = SHELF", "fields: Sequence[str] = TITLE")],
    ),
    Fault(
        "search-behind-the-times",
        "A book that has changed is found by its old words.",
        ["test_search.py::test_a_changed_book_is_found_by_its_new_words_only"],
        [Change("shared.books", "if changes.keys() & search.FIELDS:", "if not changes:")],
    ),
    Fault(
        "search-unranked",
        "Books with all the words in the title are not put first.",
        ["test_search.py::test_all_words_in_the_title_rank_above_words_from_elsewhere"],
        [Change("shared.listing", " - hits.c.tier * TIER", " + hits.c.tier * 0")],
    ),
    Fault(
        "relevance-of-nothing",
        "An order by relevance is taken without a search.",
        ["test_search.py::test_relevance_needs_a_search"],
        [
            Change(
                "shared.schemas.books", 'if value == "relevance" and info.data.get("q", "") is None:', 'if value == "":'
            )
        ],
    ),
]
