"""The catalogue."""

from flask import Blueprint

from flask_impl.current import current_preconditions, services
from flask_impl.database import database
from flask_impl.wire import Reply, no_content, not_modified, operation
from shared import books, listing
from shared.model import User, etag, utc_now
from shared.parsing import MERGE_PATCH
from shared.schemas import AuthorPath, AuthorQuery, BookPatch, BookPath, BookQuery, FullBook, NewBook

router = Blueprint("books", __name__, url_prefix="/books")


@router.get("/")
@operation(query=BookQuery)
def list_books(query: BookQuery) -> Reply:
    """Books of the catalogue, filtered, searched, sorted and paged."""
    return database.read(listing.find, query, services.cursors)


@router.get("/author/<text:book_author>")
@operation(path=AuthorPath, query=AuthorQuery)
def list_books_by_author(book_author: str, query: AuthorQuery) -> Reply:
    """Books of one author, in any letter case; an author nobody knows has none."""
    return database.read(listing.find, query.of(book_author), services.cursors)


@router.post("/")
@operation(user=True, body=NewBook)
def create_book(user: User, body: NewBook) -> Reply:
    """Add a book, which then belongs to the user."""
    book = database.write(books.create, user, body, utc_now())
    return book, 201, {"Location": f"/books/{book.id}", "ETag": etag(book.version)}


@router.get("/<book:book_id>")
@operation(path=BookPath)
def get_book(book_id: int) -> Reply:
    """One book, or 304 when the client's copy is current."""
    book = database.read(books.get, book_id)
    if current_preconditions().not_modified(etag(book.version)):
        return not_modified(etag(book.version))
    return book, 200, {"ETag": etag(book.version)}


@router.put("/<book:book_id>")
@operation(path=BookPath, user=True, body=FullBook)
def replace_book(book_id: int, user: User, body: FullBook) -> Reply:
    """Put another book in the place of one's own."""
    book = database.write(books.replace, user, book_id, body, current_preconditions(), utc_now())
    return book, 200, {"ETag": etag(book.version)}


@router.patch("/<book:book_id>")
@operation(path=BookPath, user=True, body=BookPatch, media_type=MERGE_PATCH)
def patch_book(book_id: int, user: User, body: BookPatch) -> Reply:
    """Change some fields of one's own book."""
    book = database.write(books.patch, user, book_id, body, current_preconditions(), utc_now())
    return book, 200, {"ETag": etag(book.version)}


@router.delete("/<book:book_id>")
@operation(path=BookPath, user=True)
def delete_book(book_id: int, user: User) -> Reply:
    """Delete one's own book."""
    outdated = database.write(books.remove, user, book_id, current_preconditions())
    services.files.remove(outdated)
    return no_content()
