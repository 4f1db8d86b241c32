"""What can go wrong: one small exception per fact. `problems.py` says what HTTP makes of each."""

from collections.abc import Iterable

from shared.schemas import ProblemItem


class DomainError(Exception):
    """A fact that stops a request; the text is for the client and never repeats what the client sent."""

    detail = ""

    def __str__(self) -> str:
        return super().__str__() or self.detail

    def headers(self) -> dict[str, str]:
        """Response headers that this fact requires."""
        return {}


class PathNotFound(DomainError):
    """The path names nothing."""

    detail = "Nothing is served under this path."


class MethodNotAllowed(DomainError):
    """The path exists, but not for this method."""

    detail = "This method is not allowed here; the Allow header lists those that are."

    def __init__(self, allowed: Iterable[str]) -> None:
        super().__init__()
        self.allowed = sorted(allowed)

    def headers(self) -> dict[str, str]:
        return {"Allow": ", ".join(self.allowed)}


class BodyTooLarge(DomainError):
    """The request body exceeds the limit."""

    detail = "The request body exceeds the limit of this operation."


class UpgradeRequired(DomainError):
    """Only WebSockets are served here."""

    detail = "This path is for WebSockets of version 13."

    def headers(self) -> dict[str, str]:
        return {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13"}


class TargetTooLong(DomainError):
    """The request line is longer than the server reads."""

    detail = "The request target is too long."


class HeadersTooLarge(DomainError):
    """A header field, or their number, is larger than the server reads."""

    detail = "The header fields are too many or too large."


class RequestTimeout(DomainError):
    """The request did not come within its time."""

    detail = "The request took too long to arrive."


class ExpectationFailed(DomainError):
    """The client expects something other than 100-continue."""

    detail = "Only 100-continue can be expected."


class UnsupportedMediaType(DomainError):
    """The Content-Type is missing or not one that this operation reads."""


class NotAcceptable(DomainError):
    """The client takes none of the media types that there are."""

    def headers(self) -> dict[str, str]:
        return {"Vary": "Accept"}


class MalformedRequest(DomainError):
    """The bytes of body or query string do not parse."""

    detail = "The request could not be read."


class Unauthorized(DomainError):
    """No credentials were sent (RFC 6750 section 3: then the challenge carries no error code)."""

    detail = "This operation needs one Authorization header with Bearer and an access token, or a session cookie."

    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": 'Bearer realm="books"'}


class InvalidToken(Unauthorized):
    """Credentials were sent and are not, or no longer, valid."""

    detail = "The token is not valid."

    def headers(self) -> dict[str, str]:
        return {"WWW-Authenticate": 'Bearer realm="books", error="invalid_token"'}


class WrongPassword(Unauthorized):
    """The account does not exist or the password is not its own; the answer does not say which."""

    detail = "The username or the password is wrong."


class InvalidInput(DomainError):
    """Values that parse but break a rule, all of them at once."""

    detail = "The request contains invalid values; see errors."

    def __init__(self, items: list[ProblemItem]) -> None:
        super().__init__()
        self.items = items


class BookNotFound(DomainError):
    """No book has this id."""

    detail = "There is no book with this id."


class TodoNotFound(DomainError):
    """The user's reading list has no entry of this id."""

    detail = "Your reading list has no entry with this id."


class CoverNotFound(DomainError):
    """The book has no cover."""

    detail = "This book has no cover."


class ThumbnailNotFound(DomainError):
    """No thumbnail could be made of the cover."""

    detail = "No thumbnail could be made of the cover of this book."


class NotTheOwner(DomainError):
    """The book belongs to somebody else."""

    detail = "Only the owner of a book may change it."


class CrossSite(DomainError):
    """A page of another site made a browser send this request."""

    detail = "A page of another site may not send this request."


class StaleVersion(DomainError):
    """A precondition (If-Match, If-None-Match) does not hold."""


class RangeNotSatisfiable(DomainError):
    """The range that was asked for begins behind the end of the file."""

    detail = "The file ends before this range begins; the Content-Range header says where."

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def headers(self) -> dict[str, str]:
        return {"Content-Range": f"bytes */{self.size}"}


class UsernameTaken(DomainError):
    """The canonical form of this name belongs to an account."""

    detail = "This username, or one that differs only in form, is taken."


class AlreadyListed(DomainError):
    """The book is on the user's reading list."""

    detail = "This book is on your reading list already."


class TooManyLogins(DomainError):
    """Logins have failed too often, for this account from this address or for this address in all."""

    detail = "Too many failed logins; try again later."

    def __init__(self, wait_s: int) -> None:
        super().__init__()
        self.wait_s = wait_s

    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.wait_s)}


class Overloaded(DomainError):
    """The server is at a limit of its own; the client may come back."""

    detail = "Too many logins at once; try again shortly."

    def headers(self) -> dict[str, str]:
        return {"Retry-After": "1"}


class Busy(Overloaded):
    """Too many requests wait for their turn, or this one has waited too long."""

    detail = "More requests have come than can be answered in time; try again shortly."


class NoFreePlace(Overloaded):
    """As many streams, sockets or transfers are open as this worker may have."""

    detail = "As many of these are open as this server allows; try again shortly."


class Crowded(Overloaded):
    """As many clients are connected as this worker may have."""

    detail = "Too many clients are connected; try again shortly."


class DatabaseAway(Overloaded):
    """The database cannot be reached, or cannot serve yet."""

    detail = "The database cannot be reached; try again shortly."


class ServerStopping(Overloaded):
    """The server has been told to stop, and takes no new work."""

    detail = "This server is stopping; ask another, or again shortly."


class Interrupted(Overloaded):
    """Nobody waits for this answer any more, or the server is about to stop."""

    detail = "The answer was interrupted; try again shortly."


class UpstreamFailed(DomainError):
    """The language model that answers questions gave no answer, or broke off."""

    detail = "The language model behind the librarian failed to answer."


class UpstreamTimeout(UpstreamFailed):
    """The language model took longer than it may."""

    detail = "The language model behind the librarian took too long to answer."


class StorageAway(Overloaded):
    """The folder of files is full, or cannot be written."""

    detail = "Files cannot be stored now; try again shortly."
