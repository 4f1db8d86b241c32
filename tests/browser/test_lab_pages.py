"""The pages that the lab writes, as Chromium shows and prints them."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from benchmarks.decision_record import DEFAULT_PRICE, decision_record_html
from benchmarks.side_by_side import Measured, side_by_side
from tests.benchmarks.reports import everything

ROOT = Path(__file__).resolve().parents[2]
DRAWN = {
    "decision record": lambda: decision_record_html(*everything(), DEFAULT_PRICE),
    "side by side": lambda: side_by_side(ROOT, Measured(*everything())),
}


@pytest.fixture
def sheet(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


@pytest.mark.parametrize("name", DRAWN)
@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_the_screen(sheet: Page, name: str, width: int) -> None:
    sheet.set_viewport_size({"width": width, "height": 900})
    sheet.set_content(DRAWN[name]())
    assert sheet.evaluate("document.documentElement.scrollWidth") == width


def test_a_decision_record_of_all_workloads_prints_on_one_page(sheet: Page) -> None:
    sheet.set_content(DRAWN["decision record"]())
    assert len(re.findall(rb"/Type\s*/Page\b", sheet.pdf(prefer_css_page_size=True))) == 1


def test_lines_that_both_twins_have_are_shown_once_on_a_narrow_screen(sheet: Page) -> None:
    sheet.set_content(DRAWN["side by side"]())
    both = "getComputedStyle(document.querySelector('.code tr:not(.d) td + td')).display"
    sheet.set_viewport_size({"width": 1280, "height": 900})
    assert sheet.evaluate(both) == "table-cell"
    sheet.set_viewport_size({"width": 390, "height": 900})
    assert sheet.evaluate(both) == "none"
