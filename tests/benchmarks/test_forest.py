"""The picture of a run's ratios that stands alone."""

from xml.etree import ElementTree

from benchmarks.analyse import Analysis, analyse
from benchmarks.records import Run
from benchmarks.report.forest import forest
from benchmarks.text import interval
from tests.benchmarks.reports import a_hostile_run, everything

SVG = "{http://www.w3.org/2000/svg}"


def drawn(run: Run, analysis: Analysis) -> ElementTree.Element:
    return ElementTree.fromstring(forest(run, analysis))  # noqa: S314  # our own


def texts(picture: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in picture.iter(f"{SVG}text")]


def test_it_says_every_ratio_of_stacks_frameworks_and_control() -> None:
    run, analysis = everything()
    said = texts(drawn(run, analysis))
    wanted = [
        one
        for one in analysis.comparisons
        if one.metric == "cpu" and one.ratio and one.kind in {"stack", "framework", "control"}
    ]
    assert len(wanted) > 20
    for one in wanted:
        assert interval(one.ratio) in said
        assert one.word in said
    assert "FastAPI on uvicorn ÷ Flask on gunicorn" in said


def test_everything_lies_inside_it() -> None:
    picture = drawn(*everything())
    _, _, width, height = map(float, picture.attrib["viewBox"].split())
    for element in picture.iter(f"{SVG}line"):
        assert all(0 <= float(element.attrib[name]) <= width for name in ("x1", "x2"))
        assert all(0 <= float(element.attrib[name]) <= height for name in ("y1", "y2"))


def test_it_needs_no_network_and_obeys_no_text() -> None:
    run = a_hostile_run()
    picture = forest(run, analyse(run))
    assert ElementTree.fromstring(picture) is not None  # noqa: S314  # our own
    assert "<script" not in picture
    assert picture.count("http") == 1
