"""Arguments of the commands that measure: how much, in which order, and where to keep it."""

import argparse
import secrets
from pathlib import Path

from benchmarks.commands.arguments import seconds, whole
from benchmarks.plan import PROFILES, Profile


def add_budget(parser: argparse.ArgumentParser) -> None:
    """The arguments that every measuring command takes."""
    parser.add_argument("--profile", choices=PROFILES, default="quick", help="budget (default: quick)")
    parser.add_argument("--rounds", type=whole(1, 1000), help="server starts of each contender")
    parser.add_argument("--seconds", type=seconds, help="how long each trial is measured")
    parser.add_argument("--seed", type=whole(0, 2**32), help="repeat the random order of another run")
    parser.add_argument("--results", type=Path, default=Path("results"), metavar="DIR", help="default: results")


def chosen_profile(options: argparse.Namespace) -> Profile:
    """The profile, with what the options change of it."""
    profile = PROFILES[options.profile]
    chosen = options.rounds is not None or options.seconds is not None
    return profile._replace(
        rounds=options.rounds or profile.rounds,
        measure_s=options.seconds or profile.measure_s,
        limit_s=None if chosen else profile.limit_s,
    )


def chosen_seed(options: argparse.Namespace) -> int:
    """The given seed, or a fresh one."""
    return secrets.randbelow(2**32) if options.seed is None else int(options.seed)
