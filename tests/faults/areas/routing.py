"""Paths, methods and ids."""

from tests.faults.fault import Change, Fault
from tests.faults.front import Answer
from tests.faults.rewrites import status, without

_NOT_AN_ID = "test_routing.py::test_what_is_not_an_id_is_422"
_ALLOW = "test_routing.py::test_a_method_that_a_path_does_not_have_is_405_and_allow_lists_those_it_has"


def _leave_head_out(answer: Answer) -> None:
    if answer.status == 405:
        answer.set("allow", answer.get("allow").replace("HEAD, ", ""))


FAULTS = [
    Fault(
        "lenient-ids",
        "Ids may have signs and leading zeros.",
        [_NOT_AN_ID],
        [Change("shared.fields", 'r"[1-9][0-9]*", value, re.ASCII', 'r"[+]?[0-9]*[1-9][0-9]*", value, re.ASCII')],
    ),
    Fault(
        "ids-in-any-script",
        "Ids may be written in the digits of other scripts.",
        [_NOT_AN_ID],
        [Change("shared.fields", 'r"[1-9][0-9]*", value, re.ASCII', 'r"[1-9]\\d*|(?![0-9])\\d+", value')],
    ),
    Fault(
        "wrong-ids-not-found",
        "What is no id is not found, instead of invalid.",
        [_NOT_AN_ID],
        [
            Change(
                "shared.fields",
                '        if not re.fullmatch(r"[1-9][0-9]*", value, re.ASCII):\n',
                "        if value == 'abc':\n            return 2**63 - 1\n"
                '        if not re.fullmatch(r"[1-9][0-9]*", value, re.ASCII):\n',
            )
        ],
    ),
    Fault(
        "long-ids-break-it",
        "An id beyond the range of the database is an error of the server.",
        ["test_routing.py::test_an_id_that_no_book_has_is_404_however_long"],
        [Change("shared.books", ".one_or_none() if book_id <= MAX_ID else None", ".one_or_none()")],
    ),
    Fault(
        "slash-redirects",
        "A path without its slash is redirected.",
        ["test_routing.py::test_a_path_that_is_not_in_the_contract_is_404"],
        [
            Change("flask_impl.wire", "            raise NotFound\n", "            raise request.routing_exception\n"),
            Change(
                "flask_impl.errors",
                "    if error.code == 404:\n",
                "    if error.code == 308:\n        return error.get_response()\n    if error.code == 404:\n",
            ),
            Change("fastapi_impl.app", "redirect_slashes=False", "redirect_slashes=True"),
        ],
    ),
    Fault(
        "slashes-merged",
        "Doubled slashes are taken for one.",
        ["test_routing.py::test_a_path_that_is_not_in_the_contract_is_404"],
        [Change("flask_impl.wire", 'environ["PATH_INFO"].startswith("//")', 'environ["PATH_INFO"].startswith("///")')],
    ),
    Fault(
        "method-overridden",
        "A header may replace the method of a request, past whatever looks at methods.",
        ["test_routing.py::test_no_header_replaces_the_method"],
        [
            Change(
                "flask_impl.app",
                "    return app\n",
                "    inner = app.wsgi_app\n"
                "    app.wsgi_app = lambda environ, start: inner(\n"
                "        environ | {'REQUEST_METHOD': environ.get('HTTP_X_HTTP_METHOD_OVERRIDE',"
                " environ['REQUEST_METHOD'])}, start)\n"
                "    return app\n",
            ),
            Change(
                "fastapi_impl.tracing",
                '        if scope["type"] != "http" or scope["method"] != "HEAD":\n',
                "        if scope['type'] == 'http':\n"
                "            scope['method'] = Headers(scope=scope).get('X-HTTP-Method-Override', scope['method'])\n"
                '        if scope["type"] != "http" or scope["method"] != "HEAD":\n',
            ),
        ],
    ),
    Fault(
        "options-is-200",
        "OPTIONS is answered by 200.",
        ["test_routing.py::test_options_lists_the_methods_of_a_path"],
        rewrite=status(204, 200, "OPTIONS"),
    ),
    Fault(
        "no-allow",
        "A 405 does not say which methods there are.",
        [_ALLOW],
        rewrite=without("allow", lambda answer: answer.status == 405),
    ),
    Fault(
        "allow-without-head",
        "The Allow header of a 405 leaves HEAD out.",
        [_ALLOW],
        rewrite=_leave_head_out,
    ),
    Fault(
        "head-without-length",
        "The answer to a HEAD has no Content-Length.",
        ["test_routing.py::test_head_of_a_book_has_its_etag_and_length"],
        rewrite=without("content-length", lambda answer: answer.method == "HEAD"),
    ),
    Fault(
        "head-not-allowed",
        "HEAD is not allowed where GET is.",
        ["test_routing.py::test_head_answers_as_get_does_without_the_body"],
        [Change("fastapi_impl.app", "    app.add_middleware(HeadAsGet)\n", "")],
    ),
]
