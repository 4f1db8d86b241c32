"""All faults by their names, and the areas that they are of."""

from tests.faults.areas import (
    accounts,
    answers,
    books,
    browsers,
    checks,
    covers,
    lists,
    live,
    logins,
    operation,
    races,
    requests,
    routing,
    search,
    todo,
    tokens,
    transfers,
)
from tests.faults.fault import Fault

AREAS: dict[str, list[Fault]] = {
    "tokens": tokens.FAULTS,
    "accounts": accounts.FAULTS,
    "logins": logins.FAULTS,
    "browsers": browsers.FAULTS,
    "books": books.FAULTS,
    "lists": lists.FAULTS,
    "search": search.FAULTS,
    "requests": requests.FAULTS,
    "routing": routing.FAULTS,
    "checks": checks.FAULTS,
    "races": races.FAULTS,
    "answers": answers.FAULTS,
    "todo": todo.FAULTS,
    "covers": covers.FAULTS,
    "transfers": transfers.FAULTS,
    "live": live.FAULTS,
    "operation": operation.FAULTS,
}
FAULTS: dict[str, Fault] = {fault.name: fault for faults in AREAS.values() for fault in faults}
AREA_OF = {fault.name: area for area, faults in AREAS.items() for fault in faults}
