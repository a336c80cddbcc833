"""What a transaction adds for others to do: they hear of it once it is committed, and not before."""

from sqlalchemy import Connection, text

from storage.sql import later

# What a transaction may announce: what is due, and jobs that will be.
DELIVERIES, JOBS, PUT_OFF = "deliveries", "jobs", "jobs put off"
# PostgreSQL's channel on which replicas hear of it, and what is said there: who announces what.
CHANNEL = "patchforge"
_NOTIFY = text("SELECT pg_notify(:channel, :said)")

# Where a connection's `info` keeps what its transaction announces: to this process, and to other replicas.
_HERE, _ELSEWHERE = "announced here", "announced elsewhere"
_NOTHING: frozenset[str] = frozenset()

Announced = tuple[frozenset[str], frozenset[str]]


def announce(connection: Connection, work: str, *, elsewhere: bool = True) -> None:
    """Note on the connection that this transaction adds work; whoever does it wakes after the commit.

    Without `elsewhere` other replicas need not hear of it.
    """
    info = connection.info
    if work not in info.get(_HERE, _NOTHING):
        info[_HERE] = info.get(_HERE, _NOTHING) | {work}
    if elsewhere and work not in info.get(_ELSEWHERE, _NOTHING):
        info[_ELSEWHERE] = info.get(_ELSEWHERE, _NOTHING) | {work}


def claimed(connection: Connection, work: str, *, here: bool = False) -> None:
    """Note that this transaction took all that is due: nothing is left that other replicas could do.

    With `here` this process need not hear of it either.
    """
    info = connection.info
    info[_ELSEWHERE] = info.get(_ELSEWHERE, _NOTHING) - {work}
    if here:
        info[_HERE] = info.get(_HERE, _NOTHING) - {work}


def announced(connection: Connection) -> Announced:
    """Return what was announced so far."""
    return connection.info.get(_HERE, _NOTHING), connection.info.get(_ELSEWHERE, _NOTHING)


def set_announced(connection: Connection, announced: Announced = (_NOTHING, _NOTHING)) -> None:
    """Let this be all that was announced: what came since was undone."""
    connection.info[_HERE], connection.info[_ELSEWHERE] = announced


def tell(connection: Connection, name: str) -> frozenset[str]:
    """Tell the other replicas in this name what concerns them, and return what concerns this one."""
    here, elsewhere = announced(connection)
    if elsewhere and connection.dialect.name == "postgresql":
        said = f"{name}:{','.join(sorted(elsewhere))}"
        later(connection, _NOTIFY, {"channel": CHANNEL, "said": said})
    return here
