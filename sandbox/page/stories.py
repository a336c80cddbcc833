"""What the page needs of a story."""

from collections.abc import Sequence
from typing import Literal, Protocol

Status = Literal["waiting", "running", "done", "failed"]


class StoryStep(Protocol):
    """One step: what happens, how far it is, what came of it; `seconds` is None before it ends."""

    @property
    def title(self) -> str:
        """Say what happens."""

    @property
    def status(self) -> Status:
        """Say how far it is."""

    @property
    def detail(self) -> str:
        """Say what came of it, or why it failed."""

    @property
    def seconds(self) -> float | None:
        """Say how long it took."""


class Story(Protocol):
    """Something to play step by step."""

    @property
    def steps(self) -> Sequence[StoryStep]:
        """The steps, in order."""

    async def play(self) -> object:
        """Play all steps from the first; end early when one fails."""

    async def changed(self) -> object:
        """Wait for the next change of a step."""
