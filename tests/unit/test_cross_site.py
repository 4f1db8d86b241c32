"""The table of CrossOriginProtection, which the contract suite tells over HTTP, where HTTP cannot go."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared import cross_site
from shared.errors import CrossSite


@pytest.mark.parametrize("host", ["books.example", "books.example:8443", "[::1]:5000", "BOOKS.example"])
@pytest.mark.parametrize("scheme", ["http", "https", "HTTPS", "capacitor"])
def test_an_origin_that_names_the_host_is_ours(scheme: str, host: str) -> None:
    cross_site.check(host=host.swapcase(), origin=f"{scheme}://{host}", fetch_site=None)


@pytest.mark.parametrize("origin", ["https://", "://", "https:///", "null", "https://books.example", "None"])
@pytest.mark.parametrize("host", [None, ""])
def test_without_a_host_no_origin_is_ours(host: str | None, origin: str) -> None:
    with pytest.raises(CrossSite):
        cross_site.check(host=host, origin=origin, fetch_site=None)


@given(st.text(min_size=1).filter(lambda text: text not in {"same-origin", "none"}))
def test_anything_else_in_sec_fetch_site_is_another_site(fetch_site: str) -> None:
    with pytest.raises(CrossSite):
        cross_site.check(host="a.example", origin="https://a.example", fetch_site=fetch_site)


@given(st.text(min_size=1))
def test_any_other_origin_is_another_site(origin: str) -> None:
    with pytest.raises(CrossSite):
        cross_site.check(host="a.example", origin=origin, fetch_site=None)
