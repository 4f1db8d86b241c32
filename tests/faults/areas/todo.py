"""The reading list, which is its owner's alone."""

from tests.faults.fault import Change, Fault

_OTHERS = "test_todo.py::test_an_entry_of_somebody_else_does_not_exist"

FAULTS = [
    Fault(
        "lists-shown-to-all",
        "Everybody sees the entries of everybody.",
        [_OTHERS],
        [
            Change(
                "shared.todo",
                "select(*_public).where(table.c.user_id == user.id).order_by",
                "select(*_public).order_by",
            )
        ],
    ),
    Fault(
        "lists-changed-by-all",
        "Everybody may change the entries of everybody.",
        [_OTHERS],
        [Change("shared.todo", ", table.c.user_id == user.id\n", ", table.c.user_id != 0\n")],
    ),
    Fault(
        "lists-cursor-of-anybody",
        "A cursor of one user's list is taken for that of another.",
        ["test_todo.py::test_a_cursor_belongs_to_its_user_its_query_and_its_list"],
        [Change("shared.todo", 'f"todo of {user.id}"', '"todo"')],
    ),
    Fault(
        "oldest-first",
        "The oldest entry comes first.",
        ["test_todo.py::test_the_newest_entry_comes_first"],
        [Change("shared.todo", "table.c.id.desc()", "table.c.id")],
    ),
    Fault(
        "state-not-filtered",
        "A list is not filtered by state.",
        ["test_todo.py::test_a_list_is_paged_without_gap_or_repetition"],
        [Change("shared.todo", "if query.done is not None:", "if query.limit < 0:")],
    ),
    Fault(
        "state-in-any-words",
        "The state in a query may be yes, on or 1.",
        ["test_todo.py::test_the_state_in_a_query_is_true_or_false"],
        [Change("shared.fields", 'if value not in {"true", "false"}:', "if not value:")],
    ),
    Fault(
        "book-listed-twice",
        "A book that is listed already is answered as if it were listed now.",
        ["test_todo.py::test_a_book_is_listed_once"],
        [
            Change(
                "shared.todo",
                "        raise AlreadyListed from None\n",
                "        todo_id = connection.scalar(select(table.c.id).where("
                "table.c.user_id == user.id, table.c.book_id == body.book_id)) or 0\n",
            )
        ],
    ),
    Fault(
        "books-that-do-not-exist-listed",
        "An entry for a book that does not exist is a conflict instead of a 404.",
        ["test_todo.py::test_a_book_that_does_not_exist_cannot_be_listed"],
        [
            Change(
                "shared.todo",
                "    if book is None:\n        raise BookNotFound",
                "    if book is None:\n        raise AlreadyListed",
            )
        ],
    ),
    Fault(
        "entry-goes-with-its-book",
        "When a book is deleted, it vanishes from the lists of others.",
        ["test_todo.py::test_an_entry_outlives_its_book"],
        [
            Change(
                "shared.books",
                "    connection.execute(delete(table).where(table.c.id == book.id))\n",
                "    from shared.tables import todos\n"
                "    connection.execute(delete(todos).where(todos.c.book_id == book.id))\n"
                "    connection.execute(delete(table).where(table.c.id == book.id))\n",
            )
        ],
    ),
    Fault(
        "entry-patch-forgets-the-note",
        "A PATCH of an entry empties the note unless it is sent.",
        ["test_todo.py::test_only_the_fields_that_are_sent_change"],
        [
            Change(
                "shared.todo",
                "    changes = body.model_dump(exclude_unset=True)\n",
                '    changes = {"note": ""} | body.model_dump(exclude_unset=True)\n',
            )
        ],
    ),
    Fault(
        "entry-deleted-again-and-again",
        "An entry that is gone can be deleted once more.",
        ["test_todo.py::test_an_entry_is_taken_off_once"],
        [
            Change(
                "shared.todo", "where(*_own(user, todo_id))).rowcount:", "where(*_own(user, todo_id))).rowcount < 0:"
            ),
            Change("shared.todo", "    if not connection.execute(delete", "    if connection.execute(delete"),
        ],
    ),
]
