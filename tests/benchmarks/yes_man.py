"""A server that answers every GET with 200 and an empty object: ready, and wrong."""

import sys
from http.server import BaseHTTPRequestHandler, HTTPServer


class YesMan(BaseHTTPRequestHandler):
    """Whatever is asked, it is fine."""

    def do_GET(self) -> None:
        """Say so."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[1])), YesMan).serve_forever()
