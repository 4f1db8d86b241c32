"""What uvicorn refuses before the application sees it, in the words of the contract and with its limits."""

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from shared import errors, problems
from shared.cli import MAX_HEADER_BYTES, MAX_HEADERS, MAX_REQUEST_LINE_BYTES
from shared.errors import DomainError


class ProblemProtocol(HttpToolsProtocol):
    """uvicorn's protocol on httptools, which has no limits of its own and refuses in plain text."""

    _refusal: DomainError | None = None

    def on_url(self, url: bytes) -> None:
        """Collect the target, up to the limit of a request line."""
        super().on_url(url)
        if len(self.parser.get_method()) + len(self.url) + len("  HTTP/1.1") > MAX_REQUEST_LINE_BYTES:
            self._refuse(errors.TargetTooLong())

    def on_header(self, name: bytes, value: bytes) -> None:
        """Collect a header, up to the limits of size and number."""
        super().on_header(name, value)
        if len(self.headers) > MAX_HEADERS or len(name) + len(value) + len(": \r\n") > MAX_HEADER_BYTES:
            self._refuse(errors.HeadersTooLarge())
        if name.lower() == b"expect" and value.lower() != b"100-continue":
            self._refuse(errors.ExpectationFailed())

    def on_headers_complete(self) -> None:
        """Begin the request, unless it is of a version that nobody serves any more."""
        if self.parser.get_http_version() not in {"1.0", "1.1"}:
            self._refuse(errors.MalformedRequest())
        super().on_headers_complete()

    def _refuse(self, fact: DomainError) -> None:
        # The parser stops at an exception of its callbacks, and uvicorn then refuses the request.
        self._refusal = fact
        raise fact

    def send_400_response(self, msg: str) -> None:
        """Answer what could not be read, and close."""
        self.transport.write(problems.answer(self._refusal or errors.MalformedRequest()).raw())
        self.transport.close()
