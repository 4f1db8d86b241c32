"""The load generator: a process of its own, because Locust patches the interpreter that imports it.

`python -m benchmarks.generator` says {"event": "ready"} and takes one order a line (benchmarks.orders), each answered
by one line. With `--workers N` it waits for N Locust workers and lets them apply the load; `--join HOST:PORT` is such a
worker.
"""

import argparse
import json
import sys
import time

import gevent

from benchmarks.ensemble import Ensemble, GeneratorFailed, Orchestra, Reply, Solo, play
from benchmarks.orders import (
    ORDER,
    LeaveOrder,
    Order,
    Seated,
    Seating,
    Seen,
    SliceOrder,
    Standing,
    StandingOrder,
    WarmUp,
    WarmUpOrder,
)

# Registering and logging in takes two password hashes for each user, on one core.
_SET_UP_LIMIT_S = 60
_PATIENCE_S = 60
_POLL_S = 0.01
_SPAWN_RATE = 10_000


def carry_out(ensemble: Ensemble, order: Order) -> Reply:
    """Let all crews carry out an order, and merge what they say."""
    match order:
        case Seating():
            return _seat(ensemble, order).model_dump(mode="json")
        case LeaveOrder():
            ensemble.runner.stop()
            return {}
        case StandingOrder():
            return _standing(ensemble).model_dump(mode="json")
        case WarmUpOrder():
            answers = ensemble.ask(order, order.max_s + _PATIENCE_S)
            return WarmUp.merged([WarmUp.model_validate(one) for one in answers]).model_dump(mode="json")
        case SliceOrder():
            answers = ensemble.ask(order, order.seconds + _PATIENCE_S)
            return Seen.merged([Seen.model_validate(one) for one in answers]).model_dump(mode="json")


def _seat(ensemble: Ensemble, seating: Seating) -> Seated:
    """Users of the sitting before are sent away, new ones come and get ready."""
    ensemble.runner.stop()
    ensemble.ask(seating, _PATIENCE_S)
    expected = seating.users * len(seating.urls)
    ensemble.runner.start(expected, spawn_rate=_SPAWN_RATE)
    deadline = time.perf_counter() + _SET_UP_LIMIT_S
    while True:
        standing = _standing(ensemble)
        waiting = {name for name, begun in standing.begun.items() if begun < seating.users} - standing.failed.keys()
        if not waiting:
            return Seated(failed=standing.failed)
        if time.perf_counter() > deadline:
            late = dict.fromkeys(waiting, f"its users were not ready after {_SET_UP_LIMIT_S} s")
            return Seated(failed=standing.failed | late)
        time.sleep(_POLL_S)


def _standing(ensemble: Ensemble) -> Standing:
    answers = ensemble.ask(StandingOrder(), _PATIENCE_S)
    return Standing.merged([Standing.model_validate(one) for one in answers])


def say(event: str, **facts: object) -> None:
    """One line to the lab."""
    print(json.dumps({"event": event, **facts}), flush=True)


def _assembled(options: argparse.Namespace) -> Ensemble:
    if not options.workers:
        return Solo()
    host, _, port = options.bind.rpartition(":")
    orchestra = Orchestra(host, int(port))
    orchestra.await_workers(options.workers, options.patience)
    return orchestra


def main() -> None:
    """Serve orders until the lab closes the pipe, or be a worker until the master is done."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generator")
    parser.add_argument("--workers", type=int, default=0, help="Locust workers to wait for (default: load from here)")
    parser.add_argument("--bind", default="127.0.0.1:5557", metavar="HOST:PORT", help="where they find the master")
    parser.add_argument("--patience", type=float, default=60.0, metavar="SECONDS", help="how long they are waited for")
    parser.add_argument("--join", metavar="HOST:PORT", help="be a worker of this master")
    options = parser.parse_args()
    if options.join:
        host, _, port = options.join.rpartition(":")
        play(host, int(port))
        return
    try:
        ensemble = _assembled(options)
        say("ready")
        # Read in a thread: the heartbeat of a Locust master goes on while the lab is silent.
        while line := gevent.get_hub().threadpool.apply(sys.stdin.readline):
            say("done", reply=carry_out(ensemble, ORDER.validate_json(line)))
    except GeneratorFailed as error:
        say("failed", reason=str(error))


if __name__ == "__main__":
    main()
