"""The reading list: routes that need the database and the user, and nothing else."""

from flask import Blueprint

from flask_impl.current import services
from flask_impl.database import database
from flask_impl.wire import NO_STORE, Reply, no_content, operation
from shared import todo
from shared.model import User, utc_now
from shared.parsing import MERGE_PATCH
from shared.schemas import NewTodo, TodoPatch, TodoPath, TodoQuery

router = Blueprint("todo", __name__, url_prefix="/todo")


@router.get("/")
@operation(query=TodoQuery, user=True)
def list_todos(query: TodoQuery, user: User) -> Reply:
    """The user's own reading list, newest first."""
    return database.read(todo.entries, user, query, services.cursors), 200, NO_STORE


@router.post("/")
@operation(user=True, body=NewTodo)
def add_todo(user: User, body: NewTodo) -> Reply:
    """Put a book on the list."""
    entry = database.write(todo.add, user, body, utc_now())
    return entry, 201, {"Location": f"/todo/{entry.id}"}


@router.patch("/<todo_id>")
@operation(path=TodoPath, user=True, body=TodoPatch, media_type=MERGE_PATCH)
def patch_todo(todo_id: int, user: User, body: TodoPatch) -> Reply:
    """Change note or state of an entry."""
    return database.write(todo.change, user, todo_id, body, utc_now())


@router.delete("/<todo_id>")
@operation(path=TodoPath, user=True)
def delete_todo(todo_id: int, user: User) -> Reply:
    """Take an entry off the list."""
    database.write(todo.remove, user, todo_id)
    return no_content()
