"""What a projection is given: the transaction, the delivery, the moment."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Scope:
    """One delivery's transaction; `delivery_id` is None for facts that were fetched."""

    connection: Connection
    delivery_id: int | None
    now: datetime
