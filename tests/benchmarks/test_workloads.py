"""The workloads and their user classes; Locust patches the interpreter, so that another process imports these."""

import json
import subprocess
import sys

import pytest

from benchmarks.machine import ROOT
from benchmarks.workloads import ALL_WORKLOADS, WORKLOADS

# Two contenders have user classes of their own, as the load generator makes them; what would each user do by chance?
_TELL = """
import json
from locust.env import Environment
from benchmarks import users, locustfile
from benchmarks.lean.user import LeanUser

def chances(seed, count):
    kind = type("contender", (users.ReadUser,), {"host": "http://127.0.0.1:9", "seed": seed})
    return [kind(Environment()).chance.random() for _ in range(count)]

print(json.dumps({
    "users": [name for name in users.__all__ if issubclass(getattr(users, name), LeanUser)],
    "picked": locustfile.__all__,
    "first": chances(1, 3), "second": chances(1, 3), "other": chances(2, 3),
}))
"""


@pytest.fixture(scope="module")
def told() -> dict[str, list[object]]:
    done = subprocess.run([sys.executable, "-c", _TELL], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    facts: dict[str, list[object]] = json.loads(done.stdout)
    return facts


def test_every_workload_is_a_user_class_and_the_other_way_round(told: dict[str, list[object]]) -> None:
    assert sorted(map(str, told["users"])) == sorted(workload.user_class for workload in ALL_WORKLOADS.values())


def test_plain_locust_offers_every_workload(told: dict[str, list[object]]) -> None:
    offered = {workload.user_class for workload in WORKLOADS.values()} | {"MeUser"}
    assert set(told["picked"]) == offered


def test_every_contender_is_asked_the_same_by_users_that_differ(told: dict[str, list[object]]) -> None:
    assert told["first"] == told["second"]
    assert len({*told["first"], *told["other"]}) == 6


def test_the_quick_profile_has_what_needs_no_setting_and_no_long_slice() -> None:
    quick = {name for name, workload in WORKLOADS.items() if workload.quick}
    assert quick == {"read", "list"}
    assert not any(WORKLOADS[name].whole or WORKLOADS[name].environment for name in quick)
