"""A throw-away PostgreSQL cluster for tests: that of the lab, without its durability.

Nothing in it survives the machine (fsync is off), only a crash of the server. TEST_DATABASE_URL names another. A run
whose servers need one has one for all its processes, whose address they find in the environment.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.postgres import Cluster, NoPostgres
from benchmarks.postgres import own_cluster as durable_cluster

__all__ = ["Cluster", "NoPostgres", "cluster", "own_cluster"]

# Where the process that starts a run has put one for all.
SHARED = "BOOKS_TEST_CLUSTER"
OPTIONS = ("fsync=off", "full_page_writes=off")


@contextmanager
def cluster() -> Iterator[str]:
    """The URL of a database server on which databases may be created and dropped; raises NoPostgres."""
    given = os.environ.get("TEST_DATABASE_URL") or os.environ.get(SHARED)
    if given:
        yield given
        return
    with own_cluster() as own:
        yield own.url


@contextmanager
def own_cluster() -> Iterator[Cluster]:
    """A running cluster that the test may stop and start; raises NoPostgres."""
    with durable_cluster(OPTIONS) as own:
        yield own
