"""The page that shows the contract needs nothing but the server."""

import re
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from tests.contract.client import Api

ASSET_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".png": "image/png"}


class _Links(HTMLParser):
    """Collects what a page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attrs if name in {"src", "href"} and value]


def links_of(api: Api, path: str) -> list[str]:
    """What the page at `path` loads or leads to."""
    links = _Links()
    links.feed(api.http.get(path).text)
    return links.found


def test_the_page_shows_the_contract_and_loads_nothing_from_elsewhere(api: Api) -> None:
    page = api.http.get("/docs").text
    assert page.lower().startswith("<!doctype html>")
    assert '"/openapi.json"' in page
    assert not re.search(r"(https?:)?//[\w.-]+\.\w+", page)
    assert len(links_of(api, "/docs")) >= 2


def test_everything_that_the_page_loads_is_there_with_its_type(api: Api) -> None:
    base = str(api.http.base_url)
    for link in links_of(api, "/docs"):
        target = urlsplit(urljoin(base, link))
        assert target.netloc == urlsplit(base).netloc
        response = api.http.get(link)
        assert response.status_code == 200
        suffix = target.path[target.path.rindex(".") :]
        assert response.headers["content-type"] == ASSET_TYPES[suffix]
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.content


def test_styles_of_the_page_load_nothing_from_elsewhere(api: Api) -> None:
    for link in links_of(api, "/docs"):
        if link.endswith(".css"):
            assert not re.search(r"(@import|url\(\s*[\"']?(https?:)?//)", api.http.get(link).text)


def test_what_the_page_loads_may_be_cached(api: Api) -> None:
    for link in links_of(api, "/docs"):
        headers = api.http.get(link).headers
        assert re.search(r"max-age=[1-9]", headers["cache-control"])
        assert headers["etag"]


def test_a_current_copy_of_the_page_or_of_what_it_loads_is_304(api: Api) -> None:
    for path in ("/docs", *links_of(api, "/docs")):
        whole = api.http.get(path)
        again = api.http.get(path, headers={"If-None-Match": whole.headers["etag"]})
        assert again.status_code == 304
        assert again.headers["cache-control"] == whole.headers["cache-control"]
