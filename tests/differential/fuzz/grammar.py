"""Sequences of steps, made of a contract document and of what clients do wrong.

Most steps are right in all respects but one or none, for what is wrong twice is refused by the first check. Everything
is drawn from short lists whose plainest member comes first: a difference shrinks towards it.
"""

from collections.abc import Sequence
from urllib.parse import quote

from hypothesis import strategies as st

from tests.differential.fuzz import bodies, odd_bodies, odd_headers, odd_targets
from tests.differential.fuzz.bodies import Draw
from tests.differential.fuzz.contract import Operation
from tests.differential.fuzz.steps import Keep, Step
from tests.differential.fuzz.values import as_text, right, wrong
from tests.differential.fuzz.world import USERS, bearer, book_of, keeping_tokens

# In which respects a step is odd, and how often that is.
_WEIGHTS = {
    **dict.fromkeys(("bend", "method", "chunked", "large"), 1),
    **dict.fromkeys(("body credentials", "body path", "body type", "body condition", "body chunked"), 1),
    **dict.fromkeys(("path query", "path credentials", "type credentials", "bend method", "query extra"), 1),
    **dict.fromkeys(("path", "type", "extra", "credentials", "query"), 2),
    "condition": 3,
    "body": 6,
    "": 8,
}
PLANS = [frozenset(plan.split()) for plan, weight in reversed(_WEIGHTS.items()) for _ in range(weight)]
# A page of everybody's books is compared by its kind alone; most pages are of the books of the sequence.
FILTERS = ["author=Author%20@{tag}", "category=category%20@{tag}", "q=@{tag}", "author=AUTHOR+@{tag}", ""]
# Ends at once, whatever else its query says.
SHORT = {"/stream/": "count=2&interval=0"}
# There is something to read below a book that has a cover.
WITH_A_COVER = ("/cover", "/thumbnail")
# How often each operation comes. A conflict takes two of a kind in one sequence; what adds up the counts of all workers
# costs as much as eight others, and there is nothing in it to choose: once it has been met, it is rare.
_USUAL = 4
_OFTEN = {"POST /auth/register": 3 * _USUAL, "POST /todo/": 3 * _USUAL}
_RARE = {"GET /metrics": 1}
# An export grows with the catalogue: most of them are asked for their head alone.
EXPORT, HEADS_FOR_AN_EXPORT = "/books/export", 30
BEYOND_ANY_LIMIT = 2**62


def sequences(operations: Sequence[Operation], *, sparing: bool) -> st.SearchStrategy[list[list[Step]]]:
    """Groups of steps, to be played one after the other; groups only so that there may be many steps.

    `sparing` draws what costs much more seldom than the rest.
    """
    weights = _OFTEN | (_RARE if sparing else {})
    weighted = [one for one in operations for _ in range(weights.get(one.name, _USUAL))]
    return st.lists(st.lists(steps(weighted), min_size=1, max_size=6), min_size=1, max_size=20)


@st.composite
def steps(draw: Draw, operations: Sequence[Operation]) -> Step:
    """One step."""
    plan: frozenset[str] = draw(st.sampled_from(PLANS))
    conditional = [one for one in operations if one.header_names] if "condition" in plan else []
    operation: Operation = draw(st.sampled_from(conditional or list(operations)))
    user: str = draw(st.sampled_from(["alice", "alice", "bob"]))
    sent = bodies.of(draw, operation, odd="body" in plan)
    step = Step(
        operation.name,
        _method(draw, operation, odd="method" in plan),
        _target(draw, operation, plan),
        _headers(draw, operation, plan, user, sent[0] if sent else None),
        b"" if "large" in plan else sent[1] if sent else None,
        chunked="chunked" in plan and sent is not None,
    )
    return step._replace(keeps=_keeps(step, user))


def _method(draw: Draw, operation: Operation, *, odd: bool) -> str:
    method = draw(st.sampled_from(odd_targets.METHODS)) if odd else operation.method
    bulky = operation.path == EXPORT and method == "GET"
    return "HEAD" if bulky and draw(st.integers(0, HEADS_FOR_AN_EXPORT)) else method


def _headers(
    draw: Draw, operation: Operation, plan: frozenset[str], user: str, media_type: str | None
) -> tuple[tuple[str, str], ...]:
    headers = _credentials(draw, operation, user, odd="credentials" in plan)
    if media_type:
        headers += _media_type(draw, media_type) if "type" in plan else [("Content-Type", media_type)]
    # Half of the plain requests for what has an ETag.
    conditional = "condition" in plan or (not plan and operation.header_names and draw(st.booleans()))
    headers += _conditions(draw, operation) if conditional else []
    headers += draw(st.sampled_from(odd_headers.EXTRAS)) if "extra" in plan else ()
    headers += [("Content-Length", str(BEYOND_ANY_LIMIT))] if "large" in plan else []
    return tuple(headers)


def _credentials(draw: Draw, operation: Operation, user: str, *, odd: bool) -> list[tuple[str, str]]:
    if odd:
        return list(draw(st.sampled_from(odd_headers.CREDENTIALS)))
    if "oauth2" in operation.credentials:
        return [bearer(user)]
    return [("Cookie", f"session=@{{{user}_cookie}}")] if operation.credentials else []


def _media_type(draw: Draw, plain: str) -> list[tuple[str, str]]:
    pattern: str | None = draw(st.sampled_from([None, *odd_headers.MEDIA_TYPES, *odd_bodies.COVER_TYPES]))
    if pattern is None:
        return []
    return [("Content-Type", plain.upper() if pattern == "UPPER" else pattern.replace("TYPE", plain))]


def _conditions(draw: Draw, operation: Operation) -> list[tuple[str, str]]:
    names = ["if-match", *(name for name in operation.header_names if name in odd_headers.CONDITIONS)]
    # A condition on a range says nothing without one.
    wanted = {"if-range": ["if-range", "range"]}.get(name := draw(st.sampled_from(list(names))), [name])
    return [(name.title(), draw(st.sampled_from(odd_headers.CONDITIONS[name]))) for name in wanted]


def _target(draw: Draw, operation: Operation, plan: frozenset[str]) -> str:
    path = operation.path
    for name in operation.in_path:
        path = path.replace(f"{{{name}}}", _path_value(draw, name, operation, odd="path" in plan))
    if "bend" in plan:
        path = _bent(path, draw(st.sampled_from(odd_targets.PATHS)))
    query = _query(draw, operation, odd="query" in plan)
    return f"{path}?{query}" if query else path


def _path_value(draw: Draw, name: str, operation: Operation, *, odd: bool) -> str:
    if name == "book_author":
        return str(draw(st.sampled_from(odd_targets.AUTHORS))) if odd else "Author%20@{tag}"
    if odd:
        return str(draw(st.sampled_from(odd_targets.IDS)))
    if name in {"book_id", "todo_id"}:
        kept = "covered" if operation.path.endswith(WITH_A_COVER) and operation.method != "PUT" else name[:-3]
        return f"@{{{draw(st.sampled_from(['alice', 'alice', 'bob']))}_{kept}}}"
    return quote(as_text(right(name, operation.in_path[name])[0]), safe="@{}_")


def _bent(path: str, pattern: str) -> str:
    special = {
        "UPPER": path[:2].upper() + path[2:],
        "NO-SLASH": path.rstrip("/") or "/",
        "ENCODED": path.replace("/", "%2F"),
        "FIRST-ENCODED": f"/%{ord(path[1:2] or 'x'):x}{path[2:]}",
    }
    return special.get(pattern) or pattern.replace("{}", path)


def _query(draw: Draw, operation: Operation, *, odd: bool) -> str:
    parts = [SHORT.get(operation.path, "")]
    if operation.name == "GET /books/":
        parts.append(draw(st.sampled_from(FILTERS)))
    if odd and (not operation.in_query or draw(st.booleans())):
        parts.append(draw(st.sampled_from(odd_targets.QUERIES)))
    elif operation.in_query:
        parts.append(_parameter(draw, operation, odd=odd))
    return "&".join(part for part in parts if part)


def _parameter(draw: Draw, operation: Operation, *, odd: bool) -> str:
    """One parameter in the place of none, so that a filter is rarely given twice."""
    names = [name for name in operation.in_query if operation.path not in SHORT or odd]
    if not names:
        return ""
    name = draw(st.sampled_from(["", *names]))
    if not name:
        return ""
    value = draw(st.sampled_from((wrong if odd else right)(name, operation.in_query[name])))
    return f"{name}={quote(as_text(value), safe='@{}_', errors='surrogatepass')}"


def _keeps(step: Step, user: str) -> tuple[Keep, ...]:
    """What later steps want of the answer."""
    about = next((name for name in USERS if f"@{{{name}" in step.target + str(step.body)), user)
    if step.operation in {"POST /auth/login", "POST /auth/refresh"} and step.needs():
        return keeping_tokens(about)
    if step.operation == "POST /auth/session":
        return (Keep(f"{about}_cookie", "cookie", "session"),)
    if step.operation == "POST /books/":
        return book_of(user)
    if step.operation == "POST /todo/":
        return (Keep(f"{user}_todo", "json", "id"),)
    if step.operation in {"GET /books/", "GET /books/author/{book_author}", "GET /todo/"}:
        return (Keep("cursor", "json", "next"),)
    if step.operation.endswith("/books/{book_id}"):
        return (Keep(f"{about}_etag", "header", "etag"),)
    return (Keep(f"{about}_cover", "header", "etag"),) if step.operation.endswith("/cover") else ()
