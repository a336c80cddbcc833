"""A reminder is set in the words that people use, and a slip is answered with what to write instead."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import UserError
from bot.filters.words import quote
from bot.reminders.request import Action, Order, Reminder, format_remind, parse_remind
from bot.reminders.schedule import DAILY, WEEKDAYS, WEEKEND, Schedule


@pytest.mark.parametrize(
    ("text", "days", "at"),
    [
        ("weekdays 09:30", WEEKDAYS, time(9, 30)),
        ("mon,thu 14:00", (0, 3), time(14)),
        ("thu, mon 14:00", (0, 3), time(14)),
        ("Monday and Thursday at 14.00", (0, 3), time(14)),
        ("daily 8am", DAILY, time(8)),
        ("every day at 8 AM", DAILY, time(8)),
        ("every weekday at 9:30", WEEKDAYS, time(9, 30)),
        ("9:30 weekdays", WEEKDAYS, time(9, 30)),
        ("weekends 12pm", WEEKEND, time(12)),
        ("fridays 12am", (4,), time(0)),
        ("tue-thu 4:45pm", (1, 2, 3), time(16, 45)),
        ("fri\u2013mon 23:59", (0, 4, 5, 6), time(23, 59)),
        ("mon,mon,weekdays 0:00", WEEKDAYS, time(0)),
    ],
)
def test_days_and_time_are_read_as_people_write_them(text: str, days: tuple[int, ...], at: time) -> None:
    assert parse_remind(text) == Reminder(Schedule(days, at))


def test_zone_options_and_filter_stand_in_any_order() -> None:
    written = 'weekdays 09:30 europe/berlin -label:"work in progress" ignore-approved holidays:de-be draft:no'
    wanted = Reminder(
        Schedule(WEEKDAYS, time(9, 30), "Europe/Berlin"),
        ignore_approved=True,
        holidays="DE-BE",
        filter='-label:"work in progress" draft:no',
    )
    assert parse_remind(written) == wanted


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("me daily 7:15", Reminder(Schedule(DAILY, time(7, 15)), personal=True)),
        ("list", Order(Action.LIST)),
        ("off", Order(Action.OFF)),
        ("Me OFF", Order(Action.OFF, personal=True)),
    ],
)
def test_a_person_may_have_a_reminder_of_their_own(text: str, request_: Reminder | Order) -> None:
    assert parse_remind(text) == request_


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "Say on which days and when, such as `/patchforge remind weekdays 09:30`; `list` shows"),
        ("me", "Say on which days and when"),
        ("09:30", "On which days? Write `weekdays`, `daily` or `mon,thu`"),
        ("weekdays", "At what time? Write it like `09:30` or `2pm`"),
        ("wekdays 09:30", "did you mean `weekdays`?"),
        ("mondey 09:30", "did you mean `monday`?"),
        ("weekdays 09:30 ingore-approved", "did you mean `ignore-approved`?"),
        ("weekdays 09:30 Berlin", "did you mean `Europe/Berlin`?"),
        ("weekdays 09:30 new_york", "did you mean `America/New_York`?"),
        ("weekdays 09:30 Europe/Berlni", "I don't know the time zone `Europe/Berlni`; did you mean `Europe/"),
        ("weekdays 09:30 Germany/Berlin", "did you mean `Europe/Berlin`?"),
        ("acme/web weekdays 09:30", "I don't know the time zone `acme/web`; write it like `Europe/Berlin`."),
        ("weekdays 09:30 1/", "I can't read `1/` as a time"),
        ("weekdays 09:30 q/", "I don't know the time zone `q/`; write it like `Europe/Berlin`."),
        ("weekdays 9", "I can't read `9` as a time; write it like `09:30` or `2pm`."),
        ("weekdays 25:00", "I can't read `25:00`"),
        ("weekdays 9:60", "I can't read `9:60`"),
        ("weekdays 13pm", "I can't read `13pm`"),
        ("weekdays 0am", "I can't read `0am`"),
        ("weekdays 9:30 14:00", "One time of day for each reminder"),
        ("weekdays 9:30 UTC Europe/Berlin", "One time zone for each reminder"),
        ("weekdays 9:30 holidays:DE holidays:FR", "One country for holidays for each reminder"),
        ("weekdays 9:30 holidays:", "`holidays:` needs one country, such as `holidays:DE`."),
        ("weekdays 9:30 holidays:germany", "did you mean `DE`?"),
        ("weekdays 9:30 holidays:q", "write its two letters"),
        ("weekdays 9:30 holidays:DE-XX", "I don't know the part `XX` of `DE`; leave it out, or write one of"),
        ("weekdays 9:30 holidays:AF-XX", "I don't know the part `XX` of `AF`; write `AF`."),
        ("off weekdays", "`off` takes at most a number from the list; leave the rest out."),
        ("list 2", "`list` stands alone; leave the rest out."),
        ("2 off", "`off` takes at most a number from the list"),
        ("now 0", "`now` takes at most a number"),
        ("xyzzyq 9:30", "I don't know the word `xyzzyq`; write days such as `weekdays`"),
        ("mon-tue-wed 9:30", "I don't know the word `mon-tue-wed`"),
        ('weekdays 9:30 label:"x', "is not closed"),
    ],
)
def test_a_slip_is_answered_with_what_to_write(text: str, sentence: str) -> None:
    with pytest.raises(UserError) as caught:
        parse_remind(text)
    assert sentence in caught.value.sentence
    assert len(caught.value.sentence) < 400


_value = st.text(min_size=1, max_size=8).filter(lambda text: text.strip() == text and "\\" not in text)
_clause = st.builds(
    lambda no, key, value: f"{no}{key}:{quote(value)}",
    st.sampled_from(["", "-"]),
    st.sampled_from(["label", "base", "author", "draft"]),
    _value,
)
_schedule = st.builds(
    Schedule,
    st.sets(st.sampled_from(DAILY), min_size=1).map(lambda days: tuple(sorted(days))),
    st.times().map(lambda at: at.replace(second=0, microsecond=0)),
    st.sampled_from(["", "UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"]),
)
_reminder = st.builds(
    Reminder,
    _schedule,
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", "DE", "DE-BE", "US"]),
    st.lists(_clause, max_size=3).map(" ".join),
)
_order = st.builds(Order, st.sampled_from(Action), st.booleans()) | st.builds(
    Order, st.sampled_from([Action.OFF, Action.NOW]), st.booleans(), st.integers(1, 999)
)


@given(_reminder | _order)
def test_what_is_written_out_is_read_back_to_the_same(request_: Reminder | Order) -> None:
    assert parse_remind(format_remind(request_)) == request_


@given(st.text(max_size=60))
def test_no_text_does_worse_than_a_sentence(text: str) -> None:
    try:
        parse_remind(text)
    except UserError as error:
        assert error.sentence.endswith((".", "?"))  # noqa: PT017 - most texts are refused, some are not


_words = ["me", "every", "weekdays", "mon", "thu-sat", "at", "9:30", "8", "am", ",", "UTC", "label:a", "off"]


@given(st.lists(st.sampled_from(_words), max_size=7).map(" ".join))
def test_whatever_is_understood_survives_being_written_out(text: str) -> None:
    try:
        read = parse_remind(text)
    except UserError:
        return
    assert parse_remind(format_remind(read)) == read
