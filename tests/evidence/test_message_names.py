"""Whatever the bot shows in Slack has a name that people can read where they ask what became of it."""

from handlers import FEATURES
from handlers.evidence.channels import NAMES


def test_every_kind_of_message_is_called_something() -> None:
    kinds = {kind for feature in FEATURES for kind in feature.messages}
    assert kinds
    assert not kinds - set(NAMES)
