"""Covers of books, and their thumbnails."""

from flask import Blueprint, Response

from flask_impl.current import current_preconditions, images, services, thumbnails
from flask_impl.database import database
from flask_impl.files import send_current
from flask_impl.wire import Reply, no_content, operation
from shared import covers
from shared.images import Picture
from shared.model import User, utc_now
from shared.parsing import MULTIPART
from shared.schemas import BookPath, CoverForm

router = Blueprint("covers", __name__, url_prefix="/books")


def clean(form: CoverForm) -> Picture:
    """The picture in the form, written anew; raises InvalidInput."""
    return images.clean(form.cover)


@router.get("/<book:book_id>/cover")
@operation(path=BookPath)
def get_cover(book_id: int) -> Reply:
    """The cover of a book, whole or in part, or 304 when the client's copy is current."""
    return send_current(covers.find, book_id, services.files)


@router.put("/<book:book_id>/cover")
@operation(path=BookPath, user=True, body=CoverForm, media_type=MULTIPART, judge=clean)
def put_cover(book_id: int, user: User, body: Picture) -> Reply:
    """Put a cover on one's own book, in the place of the one before; its thumbnail follows."""
    with services.files.add(body.content) as file:
        saved = database.write(covers.save, user, book_id, body, file, current_preconditions(), utc_now())
    services.files.remove(saved.outdated)
    thumbnails.make()
    return saved.cover, 201 if saved.first else 200, saved.headers()


@router.delete("/<book:book_id>/cover")
@operation(path=BookPath, user=True)
def delete_cover(book_id: int, user: User) -> Reply:
    """Take the cover off one's own book, and its thumbnail with it."""
    outdated = database.write(covers.remove, user, book_id, current_preconditions())
    services.files.remove(outdated)
    return no_content()


@router.get("/<book:book_id>/thumbnail")
@operation(path=BookPath)
def get_thumbnail(book_id: int) -> Reply:
    """A small WebP picture of the cover; 202 until it has been made."""
    reply = send_current(covers.find_thumbnail, book_id, services.files)
    if not isinstance(reply, Response):
        # What had to wait for a full disk or a database that was away waits no longer than until somebody asks.
        thumbnails.make()
    return reply
