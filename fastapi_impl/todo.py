"""The reading list: routes that need the database and the user, and nothing else."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from fastapi_impl.current import CurrentServices, CurrentUser
from fastapi_impl.database import CurrentDatabase
from fastapi_impl.openapi import also_reads, problems, sends
from fastapi_impl.wire import NO_STORE, StrictRoute
from shared import todo
from shared.fields import TodoId
from shared.model import utc_now
from shared.parsing import JSON, MERGE_PATCH
from shared.schemas import NewTodo, Todo, TodoPage, TodoPatch, TodoQuery

router = APIRouter(prefix="/todo", tags=["reading list"], route_class=StrictRoute)


@router.get("/", responses=problems(400, 401, 414, 422))
async def list_todos(
    query: Annotated[TodoQuery, Query()],
    user: CurrentUser,
    database: CurrentDatabase,
    services: CurrentServices,
    response: Response,
) -> TodoPage:
    """The user's own reading list, newest first."""
    response.headers.update(NO_STORE)
    return await database.read(todo.entries, user, query, services.cursors)


@router.post(
    "/", status_code=201, responses={201: sends("Location"), **problems(400, 401, 403, 404, 409, 413, 415, 422)}
)
async def add_todo(user: CurrentUser, body: NewTodo, database: CurrentDatabase, response: Response) -> Todo:
    """Put a book on the list."""
    entry = await database.write(todo.add, user, body, utc_now())
    response.headers["Location"] = f"/todo/{entry.id}"
    return entry


@router.patch(
    "/{todo_id}", responses=problems(400, 401, 403, 404, 413, 415, 422), openapi_extra=also_reads(JSON, TodoPatch)
)
async def patch_todo(
    todo_id: TodoId,
    user: CurrentUser,
    body: Annotated[TodoPatch, Body(media_type=MERGE_PATCH)],
    database: CurrentDatabase,
) -> Todo:
    """Change note or state of an entry."""
    return await database.write(todo.change, user, todo_id, body, utc_now())


@router.delete("/{todo_id}", status_code=204, response_class=Response, responses=problems(400, 401, 403, 404, 422))
async def delete_todo(todo_id: TodoId, user: CurrentUser, database: CurrentDatabase) -> None:
    """Take an entry off the list."""
    await database.write(todo.remove, user, todo_id)
