"""The web page: what it may load, from where, and what browsers may keep of it."""

import re
from urllib.parse import urljoin

import httpx2
import pytest

from tests.contract.client import Api
from tests.contract.test_docs_page import links_of

TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
PLACES = ["/", "/static/app.css", "/static/js/main.js", "/static/icon.svg"]
IMPORT = re.compile(r"""^import (?:.* from )?"([^"]+)";$""", re.MULTILINE)
every_place = pytest.mark.parametrize("path", PLACES)


def loaded(api: Api) -> dict[str, httpx2.Response]:
    """Everything that the page loads before anybody touches it, modules that modules import included."""
    waiting = {link for link in links_of(api, "/") if link.startswith("/static/")}
    found: dict[str, httpx2.Response] = {}
    while waiting:
        path = waiting.pop()
        found[path] = api.http.get(path)
        if path.endswith(".js"):
            waiting |= {urljoin(path, name) for name in IMPORT.findall(found[path].text)} - set(found)
    return found


def policy(response: httpx2.Response) -> dict[str, list[str]]:
    directives = [directive.split() for directive in response.headers["content-security-policy"].split(";")]
    return {name: sources for name, *sources in directives}


def test_the_page_is_html_in_utf_8(api: Api) -> None:
    response = api.http.get("/")
    assert response.status_code == 200
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.text.lower().startswith("<!doctype html>")
    assert '<html lang="' in response.text


def test_everything_that_the_page_loads_is_there_with_its_type(api: Api) -> None:
    files = loaded(api)
    assert {path.rsplit(".", 1)[1] for path in files} == set(TYPES)
    for path, response in files.items():
        assert response.status_code == 200, path
        assert response.headers["content-type"] == f"{TYPES[path.rsplit('.', 1)[1]]}; charset=utf-8"
        assert response.headers["x-content-type-options"] == "nosniff"


def test_the_page_and_what_it_loads_name_no_other_server(api: Api) -> None:
    texts = [api.http.get("/").text, *(response.text for response in loaded(api).values())]
    names = {name for text in texts for name in re.findall(r"(?:https?:)?//([\w-]+\.[\w.-]+)", text)}
    # The name of a vocabulary, which nobody asks for anything.
    assert names <= {"www.w3.org"}


def test_the_page_allows_its_own_server_and_nothing_else(api: Api) -> None:
    allowed = policy(api.http.get("/"))
    assert allowed["default-src"] == ["'none'"]
    for directive in ("script-src", "style-src", "connect-src"):
        assert allowed[directive] == ["'self'"]
    assert allowed["img-src"] == ["'self'", "blob:"]
    for directive in ("base-uri", "form-action", "frame-ancestors"):
        assert allowed[directive] == ["'none'"]


def test_the_page_has_no_script_and_no_style_of_its_own_text(api: Api) -> None:
    page = api.http.get("/").text
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page)
    assert not re.search(r"<script[^>]*>[^<]", page)


@every_place
def test_the_page_tells_other_servers_nothing(api: Api, path: str) -> None:
    assert api.http.get(path).headers["referrer-policy"] == "same-origin"


@every_place
def test_a_copy_of_the_page_is_kept_and_asked_about(api: Api, path: str) -> None:
    response = api.http.get(path)
    assert response.headers["cache-control"] == "no-cache"
    assert re.fullmatch(r'"[\w-]+"', response.headers["etag"])


@every_place
@pytest.mark.parametrize("field", ["{}", "W/{}", '"other", {}', "*"])
def test_a_current_copy_is_304(api: Api, path: str, field: str) -> None:
    etag = api.http.get(path).headers["etag"]
    response = api.http.get(path, headers={"If-None-Match": field.format(etag)})
    assert response.status_code == 304
    assert response.content == b""
    assert response.headers["etag"] == etag
    assert response.headers["cache-control"] == "no-cache"


@every_place
def test_an_outdated_copy_is_sent_again(api: Api, path: str) -> None:
    got = api.http.get(path)
    response = api.http.get(path, headers={"If-None-Match": '"other"'})
    assert response.status_code == 200
    assert response.content == got.content
