"""Relative dates of SOQL: TODAY, LAST_N_DAYS:30, THIS_MONTH … as half-open ranges of days."""

from datetime import date, timedelta

_FIXED = frozenset(
    f"{which}{unit}" for which in ("THIS_", "LAST_", "NEXT_") for unit in ("WEEK", "MONTH", "QUARTER", "YEAR")
) | {"TODAY", "YESTERDAY", "TOMORROW"}
_COUNTED = frozenset(
    f"{which}_N_{unit}S" for which in ("LAST", "NEXT") for unit in ("DAY", "WEEK", "MONTH", "QUARTER", "YEAR")
)
_LARGEST_N = 9_999
_SHIFT = {"THIS": 0, "LAST": -1, "NEXT": 1}
_MONTHS = {"MONTH": 1, "QUARTER": 3, "YEAR": 12}
Days = tuple[date, date]


def is_range(word: str) -> bool:
    """Whether the word is a relative date that this stand-in knows."""
    name, _, count = word.upper().partition(":")
    if not count:
        return name in _FIXED
    return name in _COUNTED and 0 < int(count[:5]) <= _LARGEST_N and len(count) <= len(str(_LARGEST_N))


def days_of(word: str, today: date) -> Days:
    """Give the first day of the range and the day after its last. Weeks start on Sunday."""
    name, _, count = word.upper().partition(":")
    if name in {"TODAY", "YESTERDAY", "TOMORROW"}:
        first = today + timedelta(days={"TODAY": 0, "YESTERDAY": -1, "TOMORROW": 1}[name])
        return first, first + timedelta(days=1)
    which, _, rest = name.partition("_")
    if not count:
        return _unit(today, rest, _SHIFT[which])
    unit, number = rest.removeprefix("N_").removesuffix("S"), int(count)
    if which == "LAST":
        start = _unit(today, unit, -number)[0]
        return start, _unit(today, unit, 1 if unit == "DAY" else 0)[0]
    return _unit(today, unit, 1)[0], _unit(today, unit, number)[1]


def _unit(today: date, unit: str, shift: int) -> Days:
    """The day, week, month, quarter or year that lies `shift` units from the present one."""
    if unit == "DAY":
        first = today + timedelta(days=shift)
        return first, first + timedelta(days=1)
    if unit == "WEEK":
        first = today - timedelta(days=(today.weekday() + 1) % 7) + timedelta(weeks=shift)
        return first, first + timedelta(weeks=1)
    months = _MONTHS[unit]
    start = (today.year * 12 + today.month - 1) // months * months + shift * months
    return _first_of(start), _first_of(start + months)


def _first_of(months: int) -> date:
    """The first day of a month counted from year 0; years outside the calendar stop at its ends."""
    year = min(max(months // 12, 1), 9_999)
    return date(year, months % 12 + 1, 1)
