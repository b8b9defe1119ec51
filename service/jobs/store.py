"""The table of jobs: what clients see, and which server works at which job.

A running job has an owner and a lease, which its owner renews. Whatever changes a running job names
the attempt and the owner, so one who lost the lease changes nothing. Times are seconds since the
epoch by the clock of the database, which all servers share.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

import sqlalchemy as sa

from service.schemas.jobs import State

METADATA: Final = sa.MetaData()
JOBS: Final = sa.Table(
    "augment_jobs",
    METADATA,
    sa.Column("id", sa.String(32), primary_key=True),
    sa.Column("client", sa.String(40), nullable=False),
    sa.Column("idempotency", sa.String(200)),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("name", sa.String(255), nullable=False),
    sa.Column("state", sa.String(10), nullable=False, index=True),
    sa.Column("wanted", sa.String(10)),
    sa.Column("attempt", sa.Integer, nullable=False),
    sa.Column("owner", sa.String(60)),
    sa.Column("lease", sa.Double),
    sa.Column("created", sa.Double, nullable=False),
    sa.Column("updated", sa.Double, nullable=False),
    sa.Column("progress", sa.Text, nullable=False),
    sa.Column("error", sa.Text),
    sa.Column("summary", sa.Text),
    sa.UniqueConstraint("client", "idempotency"),
)
ENDED: Final[tuple[State, ...]] = ("cancelled", "failed", "done")


@dataclass(frozen=True, slots=True)
class Row:
    """A job; `error` has code and message."""

    id: str
    client: str
    digest: str
    name: str
    state: State
    wanted: Literal["pause", "cancel"] | None
    attempt: int
    owner: str | None
    created: float
    updated: float
    progress: dict[str, Any]
    error: dict[str, str] | None
    summary: dict[str, Any] | None


class Store:
    """The table in SQLite or PostgreSQL, used by any number of threads and servers."""

    def __init__(self, url: str, *, lease: float) -> None:
        """Open it, and make the table where there is none."""
        self._lease = lease
        sqlite = url.startswith("sqlite")
        self._engine = sa.create_engine(
            url,
            connect_args={"timeout": 30} if sqlite else {},
            pool_pre_ping=not sqlite,
            poolclass=sa.NullPool if sqlite else None,
        )
        self._now: Any = (
            time.time if sqlite else lambda: sa.extract("epoch", sa.func.clock_timestamp())
        )
        with self._engine.begin() as connection:
            if not sqlite:  # several servers that start at once
                connection.execute(sa.text("select pg_advisory_xact_lock(7305)"))
            METADATA.create_all(connection)

    def add(
        self, job: str, client: str, *, name: str, digest: str, idempotency: str | None
    ) -> Row | None:
        """A new job, queued; None where the client used the idempotency key before."""
        now = self._now()
        values = {
            "id": job, "client": client, "name": name, "digest": digest, "state": "queued",
            "idempotency": idempotency, "attempt": 1, "created": now, "updated": now,
            "progress": "{}",
        }  # fmt: skip
        try:
            with self._engine.begin() as connection:
                connection.execute(sa.insert(JOBS).values(values))
        except sa.exc.IntegrityError:
            return None
        return self.get(job)

    def get(self, job: str) -> Row | None:
        """A job."""
        return next(iter(self._rows(JOBS.c.id == job)), None)

    def by_idempotency(self, client: str, key: str) -> Row | None:
        """The job that a client made with this key."""
        found = self._rows(JOBS.c.client == client, JOBS.c.idempotency == key)
        return next(iter(found), None)

    def of(self, client: str, most: int = 200) -> list[Row]:
        """Jobs of a client, newest first."""
        return self._rows(JOBS.c.client == client, most=most)

    def count(self, client: str) -> int:
        """Jobs of a client that have not ended."""
        chosen = sa.select(sa.func.count()).where(
            JOBS.c.client == client, JOBS.c.state.not_in(ENDED)
        )
        with self._engine.connect() as connection:
            return int(connection.execute(chosen).scalar_one())

    def states(self) -> tuple[dict[str, int], float]:
        """How many jobs are in each state, and the seconds since the oldest of those that wait."""
        chosen = sa.select(JOBS.c.state, sa.func.count(), self._now() - sa.func.min(JOBS.c.created))
        with self._engine.connect() as connection:
            rows = connection.execute(chosen.group_by(JOBS.c.state)).all()
        found = {state: (int(count), float(age)) for state, count, age in rows}
        counts = {state: found.get(state, (0, 0.0))[0] for state in get_args(State)}
        return counts, max(0.0, found.get("queued", (0, 0.0))[1])

    def queued(self) -> list[tuple[str, int]]:
        """Jobs that wait, with their attempts."""
        return [(row.id, row.attempt) for row in self._rows(JOBS.c.state == "queued")]

    def ids(self) -> set[str]:
        """All jobs."""
        with self._engine.connect() as connection:
            return set(connection.execute(sa.select(JOBS.c.id)).scalars())

    def move(self, job: str, frm: Sequence[State], to: State, *, again: bool = False) -> bool:
        """Change the state where it is one of `frm`; with `again` as a new attempt."""
        values: dict[str, Any] = {"state": to, "wanted": None}
        if again:
            values |= {"attempt": JOBS.c.attempt + 1, "error": None, "summary": None}
        return self._update(values, JOBS.c.id == job, JOBS.c.state.in_(frm))

    def want(self, job: str, wanted: str) -> bool:
        """Ask the owner of a running job to pause or cancel it."""
        return self._update({"wanted": wanted}, JOBS.c.id == job, JOBS.c.state == "running")

    def claim(self, job: str, attempt: int, owner: str) -> bool:
        """Become the owner of an attempt; one that crashed may claim it again."""
        return self._update(
            {"state": "running", "owner": owner, "lease": self._now() + self._lease},
            JOBS.c.id == job,
            JOBS.c.attempt == attempt,
            sa.or_(
                JOBS.c.state == "queued",
                sa.and_(JOBS.c.state == "running", JOBS.c.owner == owner),
            ),
        )

    def beat(
        self, job: str, attempt: int, owner: str, progress: Mapping[str, Any]
    ) -> tuple[bool, str | None]:
        """Renew the lease: whether it was still there, and what the client wants."""
        values: dict[str, Any] = {"lease": self._now() + self._lease}
        if progress:
            values["progress"] = json.dumps(progress)
        held = self._update(values, *_mine(job, attempt, owner))
        row = self.get(job) if held else None
        return (held, row.wanted if row else None)

    def end(
        self,
        job: str,
        attempt: int,
        owner: str,
        state: State,
        *,
        progress: Mapping[str, Any] | None = None,
        error: Mapping[str, str] | None = None,
        summary: Mapping[str, Any] | None = None,
    ) -> bool:
        """Write down how the attempt of this owner ended."""
        values: dict[str, Any] = {
            "state": state, "owner": None, "lease": None, "wanted": None,
            "error": None if error is None else json.dumps(error),
            "summary": None if summary is None else json.dumps(summary),
        }  # fmt: skip
        if progress:
            values["progress"] = json.dumps(progress)
        return self._update(values, *_mine(job, attempt, owner))

    def release(self, job: str, attempt: int, owner: str) -> bool:
        """Give a running job back, for whoever takes it next."""
        values = {"state": "queued", "owner": None, "lease": None, "attempt": attempt + 1}
        return self._update(values, *_mine(job, attempt, owner))

    def take_over(self) -> int:
        """Queue the jobs again whose owners let their lease run out; how many."""
        values = {"state": "queued", "owner": None, "lease": None, "attempt": JOBS.c.attempt + 1}
        return self._changed(values, JOBS.c.state == "running", JOBS.c.lease < self._now())

    def remove(self, job: str) -> bool:
        """Forget a job that has ended."""
        gone = sa.delete(JOBS).where(JOBS.c.id == job, JOBS.c.state.in_(ENDED))
        with self._engine.begin() as connection:
            return bool(connection.execute(gone).rowcount)

    def ended_before(self, seconds: float) -> list[str]:
        """Jobs that ended so many seconds ago, or more."""
        rows = self._rows(JOBS.c.state.in_(ENDED), JOBS.c.updated < self._now() - seconds)
        return [row.id for row in rows]

    def close(self) -> None:
        """Let go of all connections."""
        self._engine.dispose()

    def _update(self, values: Mapping[str, Any], *where: Any) -> bool:
        return bool(self._changed(values, *where))

    def _changed(self, values: Mapping[str, Any], *where: Any) -> int:
        change = sa.update(JOBS).where(*where).values({**values, "updated": self._now()})
        with self._engine.begin() as connection:
            return int(connection.execute(change).rowcount)

    def _rows(self, *where: Any, most: int | None = None) -> list[Row]:
        names = list(Row.__slots__)
        chosen = sa.select(*(JOBS.c[name] for name in names)).where(*where)
        chosen = chosen.order_by(JOBS.c.created.desc(), JOBS.c.id).limit(most)
        with self._engine.connect() as connection:
            return [_row(dict(found)) for found in connection.execute(chosen).mappings()]


def _row(values: dict[str, Any]) -> Row:
    for name in ("progress", "error", "summary"):
        values[name] = None if values[name] is None else json.loads(values[name])
    return Row(**values)


def _mine(job: str, attempt: int, owner: str) -> tuple[Any, ...]:
    return (
        JOBS.c.id == job,
        JOBS.c.attempt == attempt,
        JOBS.c.owner == owner,
        JOBS.c.state == "running",
    )
