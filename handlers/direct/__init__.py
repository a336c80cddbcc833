"""Direct messages: what a pull request asks of one person, in one message that follows whose turn it is."""

from datetime import timedelta

from blocks import ids
from bot.ledger.policy import GUARDED, TICK
from handlers.direct import acting, looking, showing
from handlers.feature import Feature, Schedule

FEATURE = Feature(
    name="direct",
    actions={
        ids.DIRECT_ON_IT: acting.on_it,
        ids.DIRECT_SNOOZE: acting.snooze,
        ids.DIRECT_MUTE: acting.mute,
        ids.DIRECT_UNMUTE: acting.unmute,
        ids.DIRECT_WHY: acting.why,
        ids.DIRECT_NOT_ME: acting.not_me,
    },
    views={ids.DIRECT_SNOOZE_VIEW: acting.snooze_until},
    on_change=looking.on_change,
    messages={"dm": showing.dm, "dm_again": showing.again, "on_it": showing.on_it},
    jobs={"direct.look": looking.look, "direct.wake": looking.wake, "direct.sweep": looking.sweep},
    policies={"direct.look": GUARDED, "direct.wake": GUARDED, "direct.sweep": TICK},
    schedules=(Schedule("direct.sweep", timedelta(minutes=10)),),
)
