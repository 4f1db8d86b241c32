"""The crews of a load: one in this process, or one in each Locust worker that has joined.

The generator speaks to all of them alike: an order goes to every crew, and what they answer is merged. To workers and
back it travels as Locust's own messages.
"""

import time
from typing import Protocol, TypeAlias
from uuid import uuid4

import gevent
from gevent.event import Event
from locust.env import Environment
from locust.rpc import Message
from locust.runners import MasterRunner, Runner, WorkerRunner

from benchmarks.crew import Crew
from benchmarks.orders import CREW_ORDER, CrewOrder, Seating, SliceOrder, StandingOrder, WarmUpOrder

Reply: TypeAlias = dict[str, object]

_ASK, _ANSWER = "lab-ask", "lab-answer"


class GeneratorFailed(Exception):
    """The load could not be applied; the servers may be fine."""


class Ensemble(Protocol):
    """All crews of a load, and the Locust runner that starts and stops their users."""

    @property
    def runner(self) -> Runner:
        """Starts and stops the users of all crews."""

    def ask(self, order: CrewOrder, patience_s: float) -> list[Reply]:
        """What every crew answers; raises GeneratorFailed when one does not in time."""


def obey(crew: Crew, order: CrewOrder) -> Reply:
    """What one crew answers to an order."""
    match order:
        case Seating():
            crew.seat(order)
            return {}
        case StandingOrder():
            return crew.standing().model_dump(mode="json")
        case WarmUpOrder():
            return crew.warm_up(order.contender, order.min_s, order.max_s).model_dump(mode="json")
        case SliceOrder():
            return crew.run(order.contender, order.seconds).model_dump(mode="json")


class Solo:
    """The only crew is in this process."""

    def __init__(self) -> None:
        environment = Environment()
        self.runner: Runner = environment.create_local_runner()
        self._crew = Crew(environment)

    def ask(self, order: CrewOrder, patience_s: float) -> list[Reply]:
        """What this crew answers; it has no network between, so that its patience is not tried."""
        return [obey(self._crew, order)]


class Orchestra:
    """One crew in each Locust worker; the crew of the master has the user classes only, and no users."""

    def __init__(self, host: str, port: int) -> None:
        self._environment = Environment()
        self.runner: MasterRunner = self._environment.create_master_runner(host, port)
        self.runner.register_message(_ANSWER, self._on_answer)
        self._crew = Crew(self._environment)
        self._question = ""
        self._answers: dict[str, Reply] = {}
        self._all_answered = Event()

    def await_workers(self, expected: int, patience_s: float) -> None:
        """Wait until so many workers have joined; raises GeneratorFailed when they do not."""
        deadline = time.perf_counter() + patience_s
        while self.runner.worker_count < expected:
            if time.perf_counter() > deadline:
                raise GeneratorFailed(
                    f"{self.runner.worker_count} of {expected} Locust workers came in {patience_s:g} s"
                )
            time.sleep(0.05)

    def ask(self, order: CrewOrder, patience_s: float) -> list[Reply]:
        """What every worker answers."""
        if isinstance(order, Seating):
            self._crew.seat(order)
        self._question, self._answers = uuid4().hex, {}
        self._all_answered.clear()
        workers = len(self.runner.clients.all)
        for number, client in enumerate(self.runner.clients.all):
            part = _part(order, number, workers)
            self.runner.send_message(_ASK, {"id": self._question, "order": part.model_dump_json()}, client.id)
        if not workers or not self._all_answered.wait(patience_s):
            raise GeneratorFailed(f"{len(self._answers)} of {workers} Locust workers answered in {patience_s:g} s")
        return list(self._answers.values())

    def _on_answer(self, msg: Message, **_: object) -> None:
        if msg.data["id"] == self._question:
            self._answers[msg.node_id] = msg.data["reply"]
        if len(self._answers) == len(self.runner.clients.all):
            self._all_answered.set()


def _part(order: CrewOrder, number: int, workers: int) -> CrewOrder:
    """A worker's share: its own seed, and its part of the rate and of what may be under way."""
    if not isinstance(order, Seating) or order.arrivals is None:
        return order.model_copy(update={"seed": order.seed + number}) if isinstance(order, Seating) else order
    arrivals = order.arrivals
    share = arrivals.model_copy(
        update={
            "rate_per_s": arrivals.rate_per_s / workers,
            "in_flight": max(1, arrivals.in_flight // workers),
        }
    )
    return order.model_copy(update={"seed": order.seed + number, "arrivals": share})


def play(host: str, port: int) -> None:
    """Be a worker of the master at `host` until it says to quit."""
    environment = Environment()
    runner = environment.create_worker_runner(host, port)
    crew = Crew(environment)

    def on_ask(msg: Message, **_: object) -> None:
        reply = obey(crew, CREW_ORDER.validate_json(msg.data["order"]))
        runner.send_message(_ANSWER, {"id": msg.data["id"], "reply": reply})

    # Concurrently: Locust's own messages, its heartbeat among them, are not to wait for the end of a slice.
    runner.register_message(_ASK, on_ask, concurrent=True)
    _joined(runner)


def _joined(runner: WorkerRunner) -> None:
    gevent.joinall(list(runner.greenlet.greenlets), count=1)
    runner.greenlet.join()
