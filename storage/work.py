"""The engine and the transaction. One writer at a time; readers never wait for it (WAL)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlmodel import Session, SQLModel

import storage.tables  # noqa: F401  (fills the metadata)

T = TypeVar("T", bound=SQLModel)

BUSY_TIMEOUT_MS = 10_000


class Work:
    """One transaction. `connection` carries Core statements (hot tables), `session` the ORM (all others).

    Hot tables – inbox, outbox, event, due, person, room – are written through Core only, so the session never holds a
    stale copy of them.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._session: Session | None = None
        self._undo: list[Callable[[], None]] = []

    @property
    def session(self) -> Session:
        if self._session is None:
            self._session = Session(self.connection, join_transaction_mode="rollback_only", expire_on_commit=False)
        return self._session

    def add(self, row: T) -> T:
        """Store a new row and give it its id."""
        self.session.add(row)
        self.session.flush()
        return row

    def if_undone(self, put_back: Callable[[], None]) -> None:
        """What was changed in memory along with this: `put_back` is called when it is rolled back, the newest first."""
        self._undo.append(put_back)

    @contextmanager
    def savepoint(self) -> Iterator[Work]:
        """A part that may fail on its own: what it wrote is undone when it raises, the rest stays."""
        inner = Work(self.connection)
        with inner._undoing(), self.connection.begin_nested():
            try:
                yield inner
                inner._settle()
            finally:
                inner._close()
        self._undo += inner._undo

    @contextmanager
    def _undoing(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            for put_back in reversed(self._undo):
                put_back()
            raise

    def _settle(self) -> None:
        if self._session is not None:
            self._session.commit()

    def _close(self) -> None:
        if self._session is not None:
            self._session.close()
            self._session = None


class Database:
    """A database by its SQLAlchemy url. `durable` False trades safety on power loss for speed (tests, simulations)."""

    def __init__(self, url: str, durable: bool = True) -> None:
        self.url = url
        self._durable = durable
        self._lock = threading.Lock()
        self._writer = self._engine("BEGIN IMMEDIATE", size=1)
        self._reader = self._engine("BEGIN", size=4)

    @property
    def engine(self) -> Engine:
        """For migrations and checks."""
        return self._writer

    @contextmanager
    def transaction(self) -> Iterator[Work]:
        """Everything or nothing; returns after the commit is on disk."""
        with self._lock, self._writer.connect() as connection:
            work = Work(connection)
            with work._undoing(), connection.begin():
                try:
                    yield work
                    work._settle()
                finally:
                    work._close()

    @contextmanager
    def reading(self) -> Iterator[Work]:
        """A consistent look that blocks nobody; whatever is written in it is rolled back."""
        with self._reader.connect() as connection:
            work = Work(connection)
            try:
                yield work
            finally:
                work._close()
                connection.rollback()

    def create_all(self) -> None:
        """All tables at once, for tests and simulations; a deployment uses `storage.migrate.upgrade`."""
        with self._lock:
            SQLModel.metadata.create_all(self._writer)

    def close(self) -> None:
        self._writer.dispose()
        self._reader.dispose()

    def _engine(self, begin: str, size: int) -> Engine:
        sqlite = make_url(self.url).get_backend_name() == "sqlite"
        more: dict[str, Any] = {"connect_args": {"check_same_thread": False}} if sqlite else {}
        engine = create_engine(self.url, pool_size=size, max_overflow=size, hide_parameters=True, **more)
        if sqlite:
            self._tune(engine, begin)
        return engine

    def _tune(self, engine: Engine, begin: str) -> None:
        level = "FULL" if self._durable else "OFF"

        @event.listens_for(engine, "connect")
        def on_connect(connection: Any, record: Any) -> None:
            connection.isolation_level = None  # SQLAlchemy emits BEGIN itself, so that savepoints hold
            for pragma in (
                "journal_mode=WAL",
                f"synchronous={level}",
                "foreign_keys=ON",
                "secure_delete=ON",
                f"busy_timeout={BUSY_TIMEOUT_MS}",
                "cache_size=-16000",
            ):
                connection.execute(f"PRAGMA {pragma}")

        @event.listens_for(engine, "begin")
        def on_begin(connection: Connection) -> None:
            connection.exec_driver_sql(begin)
