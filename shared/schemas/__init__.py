"""Every JSON shape of the API: bodies and queries in, documents out; a file for each area.

Bodies are strict (no "5" for 5) and refuse unknown members; so do queries, whose values arrive as text.
"""

from shared.schemas.accounts import Login, Me, Refresh, Registration, TokenPair
from shared.schemas.base import MAX_PAGE, Body, PagedQuery, Query
from shared.schemas.books import (
    AuthorPath,
    AuthorQuery,
    Book,
    BookPage,
    BookPatch,
    BookPath,
    BookQuery,
    FullBook,
    NewBook,
    PageQuery,
    Sort,
)
from shared.schemas.chat import ChatMessage, Done, Failure, StopMessage, Stopped, Token
from shared.schemas.covers import Cover, CoverForm, PendingThumbnail
from shared.schemas.health import Health, Readiness
from shared.schemas.live import StreamQuery, Uploaded
from shared.schemas.problems import Problem, ProblemItem
from shared.schemas.todo import NewTodo, Todo, TodoPage, TodoPatch, TodoPath, TodoQuery
from shared.schemas.transfers import Imported, RecordFlaw

__all__ = [
    "MAX_PAGE",
    "AuthorPath",
    "AuthorQuery",
    "Body",
    "Book",
    "BookPage",
    "BookPatch",
    "BookPath",
    "BookQuery",
    "ChatMessage",
    "Cover",
    "CoverForm",
    "Done",
    "Failure",
    "FullBook",
    "Health",
    "Imported",
    "Login",
    "Me",
    "NewBook",
    "NewTodo",
    "PageQuery",
    "PagedQuery",
    "PendingThumbnail",
    "Problem",
    "ProblemItem",
    "Query",
    "Readiness",
    "RecordFlaw",
    "Refresh",
    "Registration",
    "Sort",
    "StopMessage",
    "Stopped",
    "StreamQuery",
    "Todo",
    "TodoPage",
    "TodoPatch",
    "TodoPath",
    "TodoQuery",
    "Token",
    "TokenPair",
    "Uploaded",
]
