"""How often each kind of job is tried is a decision that its feature made."""

import pytest

from handlers import FEATURES


@pytest.mark.parametrize("name", [feature.name for feature in FEATURES])
def test_a_feature_says_of_each_kind_of_its_jobs_how_often_it_is_tried(name: str) -> None:
    feature = next(feature for feature in FEATURES if feature.name == name)
    asked_for = {*feature.jobs, *(schedule.kind for schedule in feature.schedules)}
    assert feature.policies.keys() == asked_for
