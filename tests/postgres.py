"""A throw-away PostgreSQL cluster for tests: that of the lab, without its durability.

Nothing in it survives the machine (fsync is off), only a crash of the server. TEST_DATABASE_URL names another.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from benchmarks.postgres import Cluster, NoPostgres
from benchmarks.postgres import own_cluster as durable_cluster

__all__ = ["Cluster", "NoPostgres", "cluster", "own_cluster"]

OPTIONS = ("fsync=off", "full_page_writes=off")


@contextmanager
def cluster() -> Iterator[str]:
    """The URL of a database server on which databases may be created and dropped; raises NoPostgres."""
    given = os.environ.get("TEST_DATABASE_URL")
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
