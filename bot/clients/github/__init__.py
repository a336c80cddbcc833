"""GitHub's REST interface.

Every method raises Permanent (`code` is the HTTP status), RateLimited or RetryLater, and nothing else.
"""

from bot.clients.github.client import GitHub, Repository
from bot.clients.github.device import DeviceFlow
from bot.clients.github.hooks import Attempt, Source

__all__ = ["Attempt", "DeviceFlow", "GitHub", "Repository", "Source"]
