"""Drawings: values lie where they belong, and nothing that can be measured breaks one."""

import math
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.report import svg
from benchmarks.report.panels import Curve, Panel, panels
from benchmarks.report.scales import Scale, tick
from benchmarks.report.series import legend, looks
from benchmarks.report.strips import Strip, axis_of, table
from tests.benchmarks.factories import FIELD

HOSTILE = '<b>&"'
POSITIVE = st.floats(min_value=1e-9, max_value=1e12)
LOOKS = looks(FIELD)


def parsed(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<all>{html}</all>")  # noqa: S314  # our own words


def coordinates(html: str) -> list[float]:
    return [float(value) for value in re.findall(r"-?\d+\.?\d*(?:e[+-]?\d+)?|nan|inf", " ".join(paths(html)))]


def paths(html: str) -> list[str]:
    return [element.get("d", "") for element in parsed(html).iter("path")]


def a_panel(*curves: Curve, promise: tuple[float, str] | None = None) -> Panel:
    return Panel("Read one", "What it shows.", "requests a second", "ms", list(curves), promise)


def test_a_linear_scale_puts_the_middle_in_the_middle() -> None:
    assert Scale(0, 10, 100, 200).at(5) == 150


def test_a_logarithmic_scale_puts_the_geometric_mean_in_the_middle() -> None:
    assert Scale(1, 100, 0, 200, logarithmic=True).at(10) == pytest.approx(100)


@given(st.lists(POSITIVE, min_size=1), POSITIVE, st.booleans())
def test_a_scale_keeps_the_order_and_stays_inside_the_drawing(
    values: list[float], other: float, logarithmic: bool
) -> None:
    scale = Scale.around(values, 10, 90, logarithmic=logarithmic)
    places = [scale.at(value) for value in sorted([*values, other])]
    assert places == sorted(places)
    assert all(10 <= place <= 90 for place in places)
    assert all(scale.holds(value) for value in values)


@given(st.lists(POSITIVE, min_size=1), st.booleans(), st.integers(3, 8))
def test_ticks_are_few_distinct_and_on_the_scale(values: list[float], logarithmic: bool, most: int) -> None:
    scale = Scale.around(values, 0, 1, logarithmic=logarithmic)
    found = scale.ticks(most)
    assert found == sorted(set(found))
    assert len(found) <= most + 1
    assert all(scale.holds(value) for value in found)


def test_ticks_are_round_values() -> None:
    assert Scale(0.8, 60, 0, 1, logarithmic=True).ticks(6) == [1, 2, 5, 10, 20, 50]
    assert Scale(0, 9, 0, 1).ticks(5) == [0, 2, 4, 6, 8]


@pytest.mark.parametrize(("value", "shown"), [(0.5, "0.5"), (1, "1"), (20000, "20,000"), (0.05, "0.05"), (0, "0")])
def test_a_tick_has_no_more_digits_than_its_value(value: float, shown: str) -> None:
    assert tick(value) == shown


@pytest.mark.parametrize("values", [[], [0.0], [math.inf, 3.0], [-1.0, 2.0]])
def test_a_scale_of_what_a_logarithm_cannot_hold_is_still_a_scale(values: list[float]) -> None:
    scale = Scale.around(values, 0, 100, logarithmic=True)
    assert 0 <= scale.at(0.0) <= scale.at(math.inf) <= 100


def test_text_and_attributes_cannot_become_tags() -> None:
    drawn = svg.picture(HOSTILE, HOSTILE, 10, 10, svg.words((1, 2), HOSTILE))
    assert [element.text for element in parsed(drawn).iter() if element.text] == [HOSTILE] * 3


def test_every_panel_has_a_role_a_title_and_a_description() -> None:
    drawn = parsed(panels([a_panel(), a_panel()]))
    for picture in drawn.iter("svg"):
        assert picture.get("role") == "img"
        assert [child.tag for child in picture][:2] == ["title", "desc"]


def test_a_curve_passes_its_points_on_logarithmic_axes() -> None:
    drawn = panels([a_panel(Curve(LOOKS["flask-gunicorn"], [(1, 1), (10, 10), (100, 100)]))])
    line = next(path for path in parsed(drawn).iter("path") if "curve" in path.get("class", ""))
    (x1, y1), (x2, y2), (x3, y3) = (tuple(map(float, point.split())) for point in line.get("d", "M")[1:].split("L"))
    assert x2 == pytest.approx((x1 + x3) / 2, abs=0.1)
    assert y2 == pytest.approx((y1 + y3) / 2, abs=0.1)
    assert y1 > y3


def test_the_promise_is_drawn_even_when_every_answer_stays_far_below_it() -> None:
    drawn = panels([a_panel(Curve(LOOKS["flask-gunicorn"], [(10, 1), (20, 2)]), promise=(100.0, "p99 < 100 ms"))])
    line = next(line for line in parsed(drawn).iter("line") if line.get("class") == "promise")
    assert float(line.get("y1", "0")) < 60
    assert "p99 &lt; 100 ms" in drawn


@pytest.mark.parametrize("points", [[], [(1.0, 1.0)], [(1.0, 0.0), (2.0, 1e-300)], [(1e9, 1e18), (1e-9, math.inf)]])
def test_extreme_values_never_leave_a_panel(points: list[tuple[float, float]]) -> None:
    drawn = panels([a_panel(Curve(LOOKS["flask-gunicorn"], points, rounds=points, doubtful=points))])
    found = coordinates(drawn)
    assert all(-10 <= value <= 340 for value in found)


def test_no_two_contenders_look_the_same() -> None:
    signs = {(look.style, look.outline) for look in LOOKS.values()}
    assert len(signs) == len(FIELD)
    assert len({look.style.split()[0] for look in LOOKS.values()}) == 2
    assert all(one.label in legend(list(LOOKS.values())) for one in FIELD)


def test_a_strip_draws_every_round_and_says_the_figure() -> None:
    axis = axis_of([0.5, 1, 2], ("workload", "ratio", "verdict"), one=1.0, same=(0.97, 1.03))
    drawn = table("Ratios", axis, [Strip("Read one", [1.4, 1.5, 1.6], 1.5, "1.50", "slower", low=1.4, high=1.6)])
    assert next(path for path in paths(drawn)).count("h0") == 3
    assert {"Read one", "1.50", "slower"} <= {cell.text for cell in parsed(drawn).iter() if cell.text}


def test_an_interval_beyond_the_axis_is_dashed() -> None:
    axis = axis_of([0.9, 1.1], ("", "", ""))
    cut = table("Ratios", axis, [Strip("Read one", [], 1.0, "1.00", low=1e-9, high=math.inf)])
    assert "interval cut" in cut
    assert "interval cut" not in table("Ratios", axis, [Strip("Read one", [], 1.0, "1.00", low=0.95, high=1.05)])
