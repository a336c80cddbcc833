"""What the tests of the doctor share."""

from typing import Any

from bot.config import Settings
from bot.doctor import findings
from bot.models import SystemClock
from tests.world import World


async def found_in(world: World, clock: Any = None, **changed: Any) -> dict[str, tuple[str, str]]:
    """Examine, and return (mark, words) by part; of several of one name, the last."""
    settings = settings_of(world, **changed)
    return {one.about: (one.mark, one.says) async for one in findings(settings, clock or SystemClock())}


def settings_of(world: World, **changed: Any) -> Settings:
    values = {name: getattr(world.settings, name) for name in type(world.settings).model_fields}
    return Settings(_env_file=None, **{**values, "public_url": world.address, **changed})
