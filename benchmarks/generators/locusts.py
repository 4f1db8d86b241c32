"""A trial of a Locust user class, in a process of its own: its arguments are kind, URL, users and seconds."""

import json
import sys
import time

import gevent
from locust import FastHttpUser, HttpUser, User, task
from locust.env import Environment

from benchmarks.lean.user import LeanUser

_PATH = "/books/1"
# Connections are open and caches are warm after this.
_WARM_UP_S = 0.3
_SPAWN_RATE = 1000


class Lean(LeanUser):
    """This project's client."""

    @task
    def read(self) -> None:
        """Read a book."""
        self.client.request("GET", _PATH, name="read")


class Fast(FastHttpUser):
    """Locust's client on geventhttpclient."""

    @task
    def read(self) -> None:
        """Read a book."""
        self.client.get(_PATH, name="read")


class Usual(HttpUser):
    """Locust's client on requests."""

    @task
    def read(self) -> None:
        """Read a book."""
        self.client.get(_PATH, name="read")


KINDS: dict[str, type[User]] = {"lean": Lean, "FastHttpUser": Fast, "HttpUser": Usual}


def measure(user: type[User], url: str, users: int, seconds: float) -> dict[str, float]:
    """Requests by Locust's own count, and what they took of this process."""
    user.host = url
    environment = Environment(user_classes=[user])
    runner = environment.create_local_runner()
    runner.start(users, spawn_rate=_SPAWN_RATE)
    gevent.sleep(_WARM_UP_S)
    total = environment.stats.total
    requests, cpu_s, began = total.num_requests, time.process_time(), time.perf_counter()
    gevent.sleep(seconds)
    requests, cpu_s, lasted = total.num_requests - requests, time.process_time() - cpu_s, time.perf_counter() - began
    runner.quit()
    return {"requests": requests, "failures": total.num_failures, "cpu_s": cpu_s, "seconds": lasted}


if __name__ == "__main__":
    kind, url, users, seconds = sys.argv[1:]
    print(json.dumps(measure(KINDS[kind], url, int(users), float(seconds))))
