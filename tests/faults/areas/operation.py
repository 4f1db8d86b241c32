"""What operators, developers and browsers read: metrics, the document of the contract, the pages."""

from tests.faults.fault import Change, Fault
from tests.faults.front import Answer


def _lacks_a_route(answer: Answer) -> None:
    if answer.path == "/openapi.json" and answer.document:
        del answer.document["paths"]["/auth/logout"]


def _promises_another_status(answer: Answer) -> None:
    if answer.path == "/openapi.json" and answer.document:
        answers = answer.document["paths"]["/books/{book_id}"]["delete"]["responses"]
        answers["200"] = answers.pop("204")


def _promises_another_bound(answer: Answer) -> None:
    if answer.path == "/openapi.json" and answer.document:
        for parameter in answer.document["paths"]["/books/"]["get"]["parameters"]:
            if parameter["name"] == "limit":
                parameter["schema"]["maximum"] = 50


def _promises_no_security(answer: Answer) -> None:
    if answer.path == "/openapi.json" and answer.document:
        del answer.document["paths"]["/books/"]["post"]["security"]


FAULTS = [
    Fault(
        "metrics-without-routes",
        "Requests are counted without saying of which route.",
        ["test_metrics.py::test_a_request_is_counted_by_method_route_and_status"],
        [
            Change(
                "shared.metrics",
                "method if method in _METHODS else _OTHER, route, status)",
                "method if method in _METHODS else _OTHER, UNMATCHED, status)",
            )
        ],
    ),
    Fault(
        "metrics-of-every-path",
        "Each path that a client makes up has a series of its own.",
        ["test_metrics.py::test_paths_and_methods_that_clients_make_up_make_no_new_series"],
        [
            Change(
                "shared.tracing",
                "self._metrics.count(method, route, status, seconds)",
                "self._metrics.count(method, path, status, seconds)",
            )
        ],
    ),
    Fault(
        "metrics-of-every-method",
        "Each method that a client makes up has a series of its own.",
        ["test_metrics.py::test_paths_and_methods_that_clients_make_up_make_no_new_series"],
        [Change("shared.metrics", "method if method in _METHODS else _OTHER, route", "method, route")],
    ),
    Fault(
        "metrics-in-milliseconds",
        "Times are counted in milliseconds.",
        ["test_metrics.py::test_no_time_is_longer_than_what_the_client_waited"],
        [Change("shared.metrics", "durations.observe(seconds)", "durations.observe(seconds * 1000)")],
    ),
    Fault(
        "metrics-of-errors-only",
        "Only requests that failed are counted.",
        ["test_metrics.py::test_a_request_is_counted_by_method_route_and_status"],
        [Change("shared.metrics", "        requests.inc()\n", "        requests.inc(status >= 400)\n")],
    ),
    Fault(
        "live-says-something-else",
        "A live server is called healthy.",
        ["test_health.py::test_a_live_server_says_so"],
        [Change("shared.schemas.health", 'Literal["ok"] = "ok"', 'Literal["healthy"] = "healthy"')],
    ),
    Fault(
        "ready-hides-its-database",
        "A ready server does not say with which database.",
        ["test_health.py::test_a_ready_server_names_its_database"],
        [Change("shared.health", 'f"{_NAMES[backend]} {version.split()[0]}"', '""')],
    ),
    Fault(
        "document-lacks-a-route",
        "The document of the contract leaves a route out.",
        ["test_documents.py::test_the_document_lists_exactly_the_routes_of_the_contract"],
        rewrite=_lacks_a_route,
    ),
    Fault(
        "document-promises-another-status",
        "The document promises 200 for what is answered 204.",
        ["test_documents.py::test_every_success_is_as_documented"],
        rewrite=_promises_another_status,
    ),
    Fault(
        "document-promises-another-bound",
        "The document promises a smaller page than there is.",
        ["test_documents.py::test_bounds_of_the_document_are_those_of_the_server"],
        rewrite=_promises_another_bound,
    ),
    Fault(
        "document-promises-no-security",
        "The document does not say that adding a book needs a user.",
        ["test_documents.py::test_security_is_declared_where_a_user_is_needed_and_nowhere_else"],
        rewrite=_promises_no_security,
    ),
    Fault(
        "page-without-policy",
        "The page may load and run anything from anywhere.",
        ["test_page.py::test_the_page_allows_its_own_server_and_nothing_else"],
        [
            Change(
                "shared.page",
                '    "Content-Security-Policy": "; ".join(f"{name} {sources}"',
                '    "X-Policy": "; ".join(f"{name} {sources}"',
            )
        ],
    ),
    Fault(
        "page-runs-text",
        "The policy of the page lets scripts run that are written into it.",
        ["test_page.py::test_the_page_allows_its_own_server_and_nothing_else"],
        [Change("shared.page", '"script-src": "\'self\'"', "\"script-src\": \"'self' 'unsafe-inline'\"")],
    ),
    Fault(
        "page-tells-where-one-was",
        "The page tells other servers from where one comes.",
        ["test_page.py::test_the_page_tells_other_servers_nothing"],
        [Change("shared.page", '    "Referrer-Policy": "same-origin",\n', "")],
    ),
    Fault(
        "page-never-asked-about",
        "A copy of the page is kept for a day without asking.",
        ["test_page.py::test_a_copy_of_the_page_is_kept_and_asked_about"],
        [Change("shared.stored", 'REVALIDATE = "no-cache"', 'REVALIDATE = "public, max-age=86400"')],
    ),
]
