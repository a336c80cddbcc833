"""The GitHub that holds everything together."""

from typing import Any

from sandbox.github.acts.checks import CheckActs
from sandbox.github.acts.devices import DeviceActs
from sandbox.github.acts.places import PlaceActs
from sandbox.github.acts.pulls import PullActs
from sandbox.github.acts.reviews import ReviewActs
from sandbox.github.snapshot import snapshot


class GitHub(PullActs, ReviewActs, CheckActs, PlaceActs, DeviceActs):
    """A GitHub in memory: its state, every act, and the webhooks that follow."""

    def snapshot(self) -> dict[str, Any]:
        """Describe everything a page shows; the shape is in the docstring of `sandbox.github`."""
        return snapshot(self.state, self.version, self.deliveries)
