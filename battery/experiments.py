"""All experiments, in the order of the table."""

from battery import (
    t01_crashes,
    t02_slack_faults,
    t03_socket,
    t04_mail_faults,
    t05_order,
    t06_databases,
    t07_clocks,
    t08_bodies,
    t08_yaml,
    t09_hostile,
    t10_deciding,
    t11_replicas,
    t13_canaries,
)
from battery.kit import Experiment

_PARTS = (
    t01_crashes,
    t02_slack_faults,
    t03_socket,
    t04_mail_faults,
    t05_order,
    t06_databases,
    t07_clocks,
    t08_bodies,
    t08_yaml,
    t09_hostile,
    t10_deciding,
    t11_replicas,
    t13_canaries,
)
ALL: tuple[Experiment, ...] = tuple(one for part in _PARTS for one in part.EXPERIMENTS)
