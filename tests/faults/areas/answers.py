"""What answers say beside their content: statuses, headers, the problem document."""

from tests.faults.fault import Change, Fault
from tests.faults.front import Answer
from tests.faults.rewrites import is_problem, saying, status, without

_COMMON = "test_headers.py::test_every_answer_has_the_common_headers"
_VAIN = "test_headers.py::test_no_answer_sets_cookies_or_names_versions"
_MEMBERS = "test_problems.py::test_a_problem_has_these_members_and_no_others"
_SUCCESS = "test_headers.py::test_a_success_has_its_status_and_says_what_its_body_is"
_AT_ONCE = "test_book_fields.py::test_all_invalid_fields_are_named_at_once"


def _rename_status(answer: Answer) -> None:
    if is_problem(answer) and answer.document:
        answer.document["code"] = answer.document.pop("status")


def _fastapi_detail(answer: Answer) -> None:
    if answer.status == 422 and answer.document:
        answer.document = {"detail": answer.document["errors"]}


def _offsets(answer: Answer) -> None:
    for name in ("created_at", "updated_at"):
        if answer.status < 300 and isinstance(answer.document, dict) and name in answer.document:
            answer.document[name] = answer.document[name].replace("Z", "+00:00")


def _absolute_location(answer: Answer) -> None:
    if answer.get("location"):
        answer.set("location", f"http://{answer.host}{answer.get('location')}")


def _traceback(answer: Answer) -> None:
    if answer.status == 404 and answer.document:
        answer.document["detail"] += ' File "/srv/flask_impl/books.py", line 41, in get_book.'


FAULTS = [
    Fault("created-is-200", "A new book is answered by 200.", [_SUCCESS], rewrite=status(201, 200, "POST", "/books/")),
    Fault(
        "deleted-is-200",
        "A deleted book is answered by 200.",
        [_SUCCESS],
        rewrite=status(204, 200, "DELETE", "/books/"),
    ),
    Fault(
        "new-book-without-location",
        "A new book does not say where it is.",
        ["test_books_write.py::test_a_new_book_is_where_location_says"],
        rewrite=without("location"),
    ),
    Fault(
        "location-trusts-the-host",
        "The Location of a new book is made of the Host header, which the client chooses.",
        ["test_headers.py::test_the_location_of_a_new_book_does_not_trust_the_host_header"],
        rewrite=_absolute_location,
    ),
    Fault(
        "new-book-without-etag",
        "A new book comes without its ETag.",
        ["test_books_write.py::test_a_new_book_has_the_etag_of_version_one"],
        rewrite=without("etag", lambda answer: answer.method == "POST"),
    ),
    Fault(
        "changed-book-without-etag",
        "A changed book comes without its ETag.",
        ["test_books_write.py::test_versions_count_the_changes"],
        rewrite=without("etag", lambda answer: answer.method in {"PUT", "PATCH"}),
    ),
    Fault(
        "304-without-etag",
        "A 304 does not say of which version.",
        ["test_conditional.py::test_a_client_whose_copy_is_current_gets_304"],
        rewrite=without("etag", lambda answer: answer.status == 304),
    ),
    Fault(
        "problems-as-plain-json",
        "A problem has the media type of any JSON.",
        [_MEMBERS],
        rewrite=saying("content-type", "application/json", is_problem),
    ),
    Fault("problems-without-status", "A problem calls its status something else.", [_MEMBERS], rewrite=_rename_status),
    Fault(
        "problems-in-the-words-of-a-framework",
        "Invalid input is told as FastAPI does by itself.",
        ["test_problems.py::test_each_invalid_value_has_its_place_a_message_and_the_broken_rule"],
        rewrite=_fastapi_detail,
    ),
    Fault(
        "problem-tells-of-the-inside",
        "A problem quotes a line of a traceback.",
        ["test_problems.py::test_an_odd_request_is_a_client_error_that_tells_nothing_of_the_inside"],
        rewrite=_traceback,
    ),
    Fault(
        "first-error-only",
        "Of all that is invalid only the first is told.",
        [_AT_ONCE],
        [
            Change(
                "shared.problems",
                'error["msg"].removeprefix("Value error, "), error["type"]) for error in errors\n    ]',
                'error["msg"].removeprefix("Value error, "), error["type"]) for error in list(errors)[:1]\n    ]',
            )
        ],
    ),
    Fault(
        "errors-without-place",
        "An invalid value is told without saying whether it is in path, query or body.",
        [_AT_ONCE],
        [Change("shared.problems", '_item([*prefix, *error["loc"]], ', '_item([*prefix, *error["loc"]][1:], ')],
    ),
    Fault(
        "made-up-names-echoed",
        "A problem repeats whatever name the client made up for a field.",
        ["test_problems.py::test_a_name_that_could_be_markup_is_not_echoed"],
        [Change("shared.problems", "if isinstance(part, int) or re.fullmatch(", "if True or re.fullmatch(")],
    ),
    Fault(
        "media-type-echoed",
        "A 415 repeats the media type that was sent.",
        ["test_problems.py::test_a_refused_media_type_is_not_echoed"],
        [
            Change(
                "shared.parsing",
                'sorted(ACCEPTED[expected]))} in UTF-8.")',
                'sorted(ACCEPTED[expected]))} in UTF-8, not {header}.")',
            )
        ],
    ),
    Fault(
        "owner-named-to-strangers",
        "Who may not change a book is told who may.",
        ["test_problems.py::test_a_refusal_does_not_name_the_owner"],
        [
            Change(
                "shared.books",
                "        raise NotTheOwner\n",
                "        raise NotTheOwner(f'This book is of {book.owner}.')\n",
            )
        ],
    ),
    Fault(
        "no-challenge",
        "A 401 has no WWW-Authenticate.",
        ["test_login.py::test_me_needs_credentials"],
        rewrite=without("www-authenticate"),
    ),
    Fault(
        "challenge-without-reason",
        "The challenge of a bad token does not say that the token is bad.",
        ["test_tokens.py::test_a_refresh_token_is_no_access_token"],
        [Change("shared.errors", 'Bearer realm="books", error="invalid_token"', 'Bearer realm="books"')],
    ),
    Fault(
        "sniffing-allowed",
        "Answers lack X-Content-Type-Options.",
        [_COMMON],
        [Change("shared.tracing", '            "X-Content-Type-Options": "nosniff",\n', "")],
    ),
    Fault(
        "problems-without-request-id",
        "A problem does not say which request it is of.",
        ["test_headers.py::test_every_problem_has_the_common_headers"],
        rewrite=without("x-request-id", is_problem),
    ),
    Fault(
        "request-ids-not-echoed",
        "The request id of a client is replaced by another.",
        ["test_headers.py::test_a_harmless_request_id_is_echoed"],
        [Change("shared.tracing", "return text if _SAFE.fullmatch(text) else secrets", "return secrets")],
    ),
    Fault(
        "request-ids-of-any-kind",
        "Whatever a client calls its request gets into headers and logs.",
        ["test_headers.py::test_any_other_request_id_is_replaced"],
        [Change("shared.tracing", "return text if _SAFE.fullmatch(text) else", "return text if text else")],
    ),
    Fault(
        "process-time-in-milliseconds",
        "X-Process-Time is in milliseconds.",
        ["test_headers.py::test_the_process_time_is_in_seconds_and_within_what_the_client_waited"],
        [
            Change(
                "shared.tracing",
                "{perf_counter() - self._started:.6f}",
                "{(perf_counter() - self._started) * 1000:.6f}",
            )
        ],
    ),
    Fault("framework-named", "Answers say what they were made with.", [_VAIN], rewrite=saying("x-powered-by", "Flask")),
    Fault(
        "cookies-everywhere",
        "Every answer sets a cookie.",
        [_VAIN],
        rewrite=saying("set-cookie", "visitor=1", lambda answer: answer.path != "/auth/session"),
    ),
    Fault(
        "pages-of-other-sites-may-read",
        "Every answer may be read by pages of any site.",
        ["test_cross_site.py::test_no_answer_may_be_read_by_pages_of_another_site"],
        rewrite=saying("access-control-allow-origin", "*"),
    ),
    Fault(
        "json-with-charset",
        "The media type of JSON has a parameter that it does not have (RFC 8259).",
        [_SUCCESS],
        rewrite=saying(
            "content-type",
            "application/json; charset=utf-8",
            lambda answer: answer.get("content-type") == "application/json",
        ),
    ),
    Fault(
        "instants-with-offset",
        "Instants are written with +00:00 instead of Z.",
        ["test_headers.py::test_instants_are_written_in_utc"],
        rewrite=_offsets,
    ),
    Fault(
        "connection-closed",
        "The server closes the connection after each answer.",
        ["test_headers.py::test_a_connection_is_kept_for_the_next_request"],
        # A header would not do: gunicorn takes no word of an application for it.
        [
            Change("flask_impl.__main__", '"keepalive": KEEP_ALIVE_S', '"keepalive": 0'),
            Change("fastapi_impl.__main__", "timeout_keep_alive=KEEP_ALIVE_S", "timeout_keep_alive=0"),
        ],
    ),
    Fault(
        "own-account-cacheable",
        "The account of a user may be kept by a cache.",
        ["test_login.py::test_me_is_the_account_of_the_token"],
        rewrite=without("cache-control", lambda answer: answer.path == "/auth/me"),
    ),
]
