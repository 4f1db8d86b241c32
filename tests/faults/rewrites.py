"""The alterations that many faults in front of an application are made of."""

from collections.abc import Callable

from tests.faults.front import Answer

When = Callable[[Answer], bool]
Rewrite = Callable[[Answer], None]


def always(_answer: Answer) -> bool:
    """Every answer."""
    return True


def is_problem(answer: Answer) -> bool:
    """An answer that is not a success."""
    return answer.status >= 400


def without(name: str, when: When = always) -> Rewrite:
    """Take a header away."""
    return lambda answer: answer.drop(name) if when(answer) else None


def saying(name: str, value: str, when: When = always) -> Rewrite:
    """Give a header this value."""
    return lambda answer: answer.set(name, value) if when(answer) else None


def status(before: int, after: int, method: str, path: str = "/") -> Rewrite:
    """Answer requests of this method, below this path, by another status."""

    def rewrite(answer: Answer) -> None:
        if (answer.method, answer.status) == (method, before) and answer.path.startswith(path):
            answer.status = after

    return rewrite
