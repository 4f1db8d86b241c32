"""Which requests a page of another site has sent: the rules of CrossOriginProtection in Go's net/http.

A browser adds a cookie by itself, so a cookie does not prove that its user wanted the request. Browsers say in
Sec-Fetch-Site, and older ones in Origin, where a request comes from; what says neither is no browser.
"""

import re

from shared.errors import CrossSite

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def check(*, host: str | None, origin: str | None, fetch_site: str | None) -> None:
    """Raise CrossSite if these headers say that another site sent the request.

    Safe methods are the caller's to spare; a WebSocket handshake is judged although it is a GET.
    """
    if not _same_site(host, origin, fetch_site):
        raise CrossSite


def _same_site(host: str | None, origin: str | None, fetch_site: str | None) -> bool:
    if fetch_site:
        return fetch_site in {"same-origin", "none"}
    # Host has no scheme, so a page by http passes for its own site by https, as in Go.
    named = re.fullmatch(r"[a-z][a-z0-9+.-]*://([^/?#@\s]+)", (origin or "").lower())
    return not origin or (named is not None and named[1] == (host or "").lower())
