"""Fresh databases for tests."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import NullPool, create_engine, make_url, text


@contextmanager
def fresh_postgresql(cluster_url: str) -> Iterator[str]:
    """A new, empty database on the server of `cluster_url`, dropped afterwards."""
    name = f"books_{uuid.uuid4().hex[:12]}"
    url = make_url(cluster_url)
    engine = create_engine(url.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT", poolclass=NullPool)
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8'"))
        # Where the server asks for none, it does not mind one: so every run can see whether it is logged.
        secret = url.set(database=name, password=url.password or f"of-{name}")
        yield secret.render_as_string(hide_password=False)
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    finally:
        engine.dispose()
