"""What the battery tries at length, tried briefly, where no other test does the same."""

from pathlib import Path

import pytest

from battery import (
    t04_mail_faults,
    t06_databases,
    t07_clocks,
    t08_bodies,
    t08_yaml,
    t09_hostile,
    t13_canaries,
)
from battery.kit import Experiment, Means

SHORT = (
    (t04_mail_faults.EXPERIMENTS[0], 0.01),
    (t06_databases.EXPERIMENTS[1], 0.01),
    (t07_clocks.EXPERIMENTS[0], 0.01),
    (t08_bodies.EXPERIMENTS[2], 0.05),
    (t08_yaml.EXPERIMENTS[0], 0.05),
    (t09_hostile.EXPERIMENTS[1], 0.01),
    (t13_canaries.EXPERIMENTS[1], 1.0),
)


@pytest.mark.parametrize(("experiment", "scale"), SHORT, ids=lambda one: getattr(one, "test", None))
async def test_nothing_fails_in_a_few_tries(experiment: Experiment, scale: float, tmp_path: Path) -> None:
    count = await experiment.run(Means(tmp_path, scale))
    assert count.tries
    # How long others wait is measured on a quiet machine only.
    assert [failure for failure in count.failures if not failure.startswith("/healthz")] == []
