"""The client behind our own proxies, found before Flask makes a request of the environment."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from shared.proxies import Origin, TrustedProxies


class Forwarded:
    """Replaces address and scheme; Werkzeug's ProxyFix counts proxies and would believe anybody who calls directly."""

    def __init__(self, app: WSGIApplication, proxies: TrustedProxies) -> None:
        self._app = app
        self._proxies = proxies

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        peer = Origin(environ.get("REMOTE_ADDR", ""), environ["wsgi.url_scheme"])
        sent = environ.get("HTTP_X_FORWARDED_FOR"), environ.get("HTTP_X_FORWARDED_PROTO")
        environ["REMOTE_ADDR"], environ["wsgi.url_scheme"] = self._proxies.origin(peer, *sent)
        return self._app(environ, start_response)
