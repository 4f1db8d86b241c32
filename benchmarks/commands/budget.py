"""Arguments of the commands that measure: how much, in which order, and where to keep it."""

import argparse
import secrets
from pathlib import Path

from benchmarks.commands.arguments import seconds, whole
from benchmarks.failures import UsageError
from benchmarks.launch import require_free
from benchmarks.load import Distribution
from benchmarks.plan import PROFILES, Profile

_LAST_PORT = 65_535


def add_budget(parser: argparse.ArgumentParser) -> None:
    """The arguments that every measuring command takes."""
    parser.add_argument("--profile", choices=PROFILES, default="quick", help="budget (default: quick)")
    parser.add_argument("--rounds", type=whole(1, 1000), help="server starts of each contender")
    parser.add_argument("--seconds", type=seconds, help="how long a contender is loaded with each workload")
    parser.add_argument("--attempts", type=whole(1, 10), help="how often an invalid trial is measured at most")
    parser.add_argument("--seed", type=whole(0, 2**32), help="repeat the random order of another run")
    parser.add_argument("--results", type=Path, default=Path("results"), metavar="DIR", help="default: results")


def chosen_profile(options: argparse.Namespace) -> Profile:
    """The profile, with what the options change of it."""
    profile = PROFILES[options.profile]
    seconds_each = options.seconds
    return profile._replace(
        rounds=options.rounds or profile.rounds,
        main_s=seconds_each or profile.main_s,
        other_s=seconds_each or profile.other_s,
        whole_s=seconds_each or profile.whole_s,
        attempts=options.attempts or profile.attempts,
        # Whoever asks for more gets it, however long it takes.
        limit_s=None if options.rounds or seconds_each else profile.limit_s,
    )


def chosen_seed(options: argparse.Namespace) -> int:
    """The given seed, or a fresh one."""
    return secrets.randbelow(2**32) if options.seed is None else int(options.seed)


def add_distribution(parser: argparse.ArgumentParser) -> None:
    """The arguments of a load that several processes or machines apply."""
    parser.add_argument("--workers", type=whole(1, 64), metavar="N", help="start N Locust workers on this machine")
    parser.add_argument("--expect-workers", type=whole(1, 64), metavar="N", help="wait for N Locust workers")
    parser.add_argument("--bind", default="127.0.0.1:5557", metavar="HOST:PORT", help="where they find their master")
    parser.add_argument("--wait", type=seconds, default=60.0, metavar="SECONDS", help="how long they are waited for")


def chosen_distribution(options: argparse.Namespace) -> Distribution:
    """Who applies the load; raises UsageError for contradicting options, LabError when the port is taken."""
    if options.workers and options.expect_workers:
        raise UsageError("--workers starts them here, --expect-workers waits for others: choose one")
    host, _, port = options.bind.rpartition(":")
    if not host or not port.isdecimal() or int(port) > _LAST_PORT:
        raise UsageError(f"--bind takes HOST:PORT, not {options.bind!r}")
    count = options.workers or options.expect_workers or 0
    if count:
        require_free(host, int(port))
    return Distribution(count, local=not options.expect_workers, bind=options.bind, patience_s=options.wait)
