"""The decision record: what is on it is computed from the run, and it fits on one page."""

import re
from functools import cache
from pathlib import Path

import pytest

from benchmarks.analyse import Analysis, analyse
from benchmarks.cli import main
from benchmarks.decision_record import DEFAULT_PRICE, Price, decision_record_html, decision_record_md
from benchmarks.decision_record.answers import choices
from benchmarks.decision_record.context import command, not_measured, repeat
from benchmarks.decision_record.price import plain
from benchmarks.decision_record.record import Sections, sections
from benchmarks.plan import PROFILES, make_plan
from benchmarks.records import Run
from benchmarks.workloads import WORKLOADS
from tests.benchmarks.factories import CONTROL, FIELD, a_busy_run, a_contender, a_plan, a_run, an_environment
from tests.benchmarks.reports import HOSTILE, a_hostile_run, everything
from tests.benchmarks.test_results import kept


@cache
def busy() -> Run:
    return a_busy_run()


@cache
def busy_analysis() -> Analysis:
    return analyse(busy())


def record_of(run: Run, analysis: Analysis | None = None, price: Price = DEFAULT_PRICE) -> Sections:
    return sections(run, analysis or analyse(run), price)


def test_the_question_is_about_what_the_users_of_each_framework_run() -> None:
    told = record_of(busy(), busy_analysis())
    assert told.title == "Flask on gunicorn or FastAPI on uvicorn"
    assert [row[0] for row in told.rows] == [WORKLOADS[name].title for name in busy().plan.workloads]


def test_a_run_of_two_others_is_about_those() -> None:
    told = record_of(a_run(a_plan(contenders=[FIELD[0], FIELD[2]])))
    assert told.title == "Flask on gunicorn or Flask on granian"


@pytest.mark.parametrize(
    ("ratio", "decided"),
    [
        (1.5, "Flask on gunicorn for read one: the other needs 1.50 times the CPU."),
        (0.8, "FastAPI on uvicorn for read one: the other needs 1.25 times the CPU."),
        (1.0, "Either for read one: the same within 3 %."),
    ],
)
def test_what_is_decided_follows_from_the_ratio(ratio: float, decided: str) -> None:
    def cost(name: str, number: int) -> float:
        return (ratio if name.startswith("fastapi") else 1) * (1 + number / 1e6)

    run = a_run(a_plan(contenders=FIELD[:2]), cost)
    assert record_of(run).decision == [decided]


def test_what_is_inconclusive_stays_open_and_says_how_many_rounds_are_missing() -> None:
    told = record_of(busy(), busy_analysis())
    assert any(re.fullmatch(r"Open for [a-z ]+: about \d+ more rounds\.", line) for line in told.decision)
    assert not any("write mix" in line for line in told.decision if not line.startswith("Open"))


def test_money_is_cpu_time_at_the_given_price() -> None:
    run = a_run(a_plan(contenders=FIELD[:2]), lambda name, _: 3.6 if name.startswith("flask") else 7.2)
    told = record_of(run, price=Price(0.5, "EUR"))
    # 3.6 ms a request are an hour a million.
    assert told.rows[0][-2:] == ["0.500", "1.00"]
    assert told.head[-1].endswith("EUR a million")
    assert told.arithmetic.endswith("0.0036 s × 1,000,000 ÷ 3,600 = 1 CPU hours × 0.5 = 0.500 EUR.")
    assert "Where one is cheaper, it saves 0.500 EUR (read one) on a million requests." in told.consequences


def test_a_core_answers_at_most_what_its_second_is_enough_for() -> None:
    run = a_run(a_plan(contenders=FIELD[:2]), lambda name, _: 0.5 if name.startswith("flask") else 1.0)
    assert any("2,000 requests a second" in line and "1,000 with" in line for line in record_of(run).consequences)


def test_a_server_whose_cpu_nobody_could_read_has_no_price() -> None:
    elsewhere = a_contender("elsewhere", "FastAPI", "its own").model_copy(
        update={"url": "http://10.0.0.2:8000", "command": []}
    )
    told = record_of(
        a_run(a_plan(contenders=[FIELD[0], elsewhere]), lambda name, _: 0.0 if name == "elsewhere" else 0.4)
    )
    assert told.decision == ["None: no two contenders were both measured in two rounds."]
    assert told.rows == []


def test_the_numbers_keep_three_digits_however_small() -> None:
    assert [plain(value) for value in (0, 0.000123456, 0.0551, 1.5, 12345.678)] == [
        "0.00", "0.000123", "0.0551", "1.50", "12,345.68",
    ]  # fmt: skip


def test_what_was_not_measured_comes_from_the_run() -> None:
    sparse = a_run(a_plan(workloads=("read", "list")))
    told = not_measured(sparse, analyse(sparse))
    left_out = next(line for line in told if line.startswith("Workloads: "))
    assert "search" in left_out
    assert "read one" not in left_out
    assert "PostgreSQL: no contender used it." in told
    assert "Latency at a given rate of arrivals." in told
    assert not any("planned trials" in line for line in told)


def test_what_was_measured_is_not_said_to_be_missing() -> None:
    run, analysis = everything()
    postgres = FIELD[0].model_copy(update={"database": "postgresql", "workers": 2})
    plan = run.plan.model_copy(update={"contenders": [*run.plan.contenders, postgres]})
    told = not_measured(run.model_copy(update={"plan": plan}), analysis)
    assert not any(word in line for line in told for word in ("Workloads", "PostgreSQL", "Latency", "capacity"))
    assert "Other than 1 or 2 worker processes a server." in told
    assert "Another number of requests at once, with which ratios of frameworks change." in told
    assert any(line.startswith("1 of ") and "no attempt was valid" in line for line in told)


def test_a_workload_without_a_valid_trial_was_not_measured() -> None:
    whole = a_run(a_plan(workloads=("read", "list")))
    run = whole.model_copy(update={"trials": [trial for trial in whole.trials if trial.workload == "read"]})
    assert "one request (read one)" in dict(record_of(run).facts)["Measured"]
    assert any(line.startswith("Workloads: list,") for line in not_measured(run, analyse(run)))


def test_shared_cores_are_owned_up_to() -> None:
    run = a_run(environment=an_environment(server_cores=[0], generator_cores=[0]))
    assert any("shared cores" in line for line in not_measured(run, analyse(run)))


def test_the_status_tells_what_is_wrong_with_the_run() -> None:
    def status(run: Run) -> str:
        return dict(record_of(run).facts)["Status"]

    def cost(name: str, number: int) -> float:
        return (1.3 if name == CONTROL.name else 1) + number / 1e6

    liar = a_run(a_plan(contenders=[*FIELD[:2], CONTROL]), cost)
    assert "control found a winner" in status(liar)
    whole = a_run()
    assert status(whole).startswith("Measured")
    assert status(whole.model_copy(update={"trials": whole.trials[1:]})).startswith("Incomplete: 19 of 20")


def test_the_command_makes_the_same_plan() -> None:
    told = command(busy())
    assert (
        "compare --profile quick --seed 7 --only flask-gunicorn,fastapi-uvicorn,flask-granian,fastapi-granian" in told
    )
    assert "--workloads read,list,search,write,login,journey --rounds 8" in told


def test_a_plan_of_another_length_is_made_by_its_options() -> None:
    profile = PROFILES["quick"]
    same = make_plan("compare", FIELD[:2], ["read"], profile, seed=1)
    longer = make_plan("compare", FIELD[:2], ["read"], profile._replace(main_s=3.2, rounds=9), seed=1)
    assert command(a_run(same)).endswith("--workloads read")
    assert command(a_run(longer)).endswith("--workloads read --rounds 9 --seconds 3.2")


@pytest.mark.parametrize(
    ("revision", "told"),
    [
        ("0123456789ab", "git checkout 0123456789ab"),
        ("0123456789ab-dirty", "git checkout 0123456789ab  # the run had changes on top of it that were not committed"),
        ("not committed", "# measured outside of a repository"),
    ],
)
def test_the_code_of_the_run_is_named(revision: str, told: str) -> None:
    assert repeat(a_run(environment=an_environment(revision=revision)))[0] == told


def test_a_control_alone_is_no_choice() -> None:
    run = a_run(a_plan(contenders=[FIELD[1], CONTROL]))
    assert choices(run, analyse(run)) == []
    assert "No choice was measured" in decision_record_md(run, analyse(run), DEFAULT_PRICE)
    html = decision_record_html(run, analyse(run), DEFAULT_PRICE)
    assert "No choice was measured" in html
    assert "Consequences" not in html


def test_page_and_markdown_say_the_same() -> None:
    told = record_of(busy(), busy_analysis())
    html, md = (draw(busy(), busy_analysis(), DEFAULT_PRICE) for draw in (decision_record_html, decision_record_md))
    for line in (*told.decision, *told.consequences, *told.not_measured, *(cell for row in told.rows for cell in row)):
        assert line in md
        assert line in html


def test_the_page_needs_no_network_and_no_script() -> None:
    html = decision_record_html(*everything(), DEFAULT_PRICE)
    assert not re.search(r"<script|<link|<img|src=|https?:|@import|url\(", html)
    assert len(html.encode()) < 20_000


def test_what_a_machine_says_of_itself_never_becomes_markup() -> None:
    run = a_hostile_run()
    html, md = (draw(run, analyse(run), DEFAULT_PRICE) for draw in (decision_record_html, decision_record_md))
    assert HOSTILE not in html
    assert "<script" not in md
    assert "&lt;script" in html


def test_the_command_writes_both_at_the_price_that_is_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    results = kept(a_run(), tmp_path)
    assert main(["decision", str(results.folder), "--price-per-cpu-hour", "0.1", "--currency", "EUR"]) == 0
    assert "decision-record.html" in capsys.readouterr().out
    for name in ("decision-record.md", "decision-record.html"):
        assert "0.1 EUR for a core's hour" in (results.folder / name).read_text("utf-8").replace("&#x27;", "'")


@pytest.mark.parametrize(
    "option", [["--price-per-cpu-hour", "-1"], ["--price-per-cpu-hour", "nan"], ["--currency", "<b>"]]
)
def test_a_price_that_is_none_is_refused(tmp_path: Path, option: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["decision", str(tmp_path), *option])
    assert stopped.value.code == 2
