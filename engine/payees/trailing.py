"""Windows that are added up: rolling ones, or those of the year so far, for gates and multipliers (DESIGN 5.5, 5.6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import dataframely as dy
import polars as pl

from engine import frames as f
from engine.calendar import following, period_label, period_named, period_of
from engine.documents.company.company import Company
from engine.documents.curves.gauge import Gauge
from engine.payees.attain import WINDOW, Attainment
from engine.payees.curves.factors import Reading
from engine.payees.windows.quotas import fiscal, quota_of_windows
from engine.periods import PeriodKind

AT = ["payee_id", "at"]


@dataclass(frozen=True, slots=True)
class LookBack:
    """Which windows a gauge adds up."""

    gauge: Gauge
    over: PeriodKind
    company: Company

    def ahead(self, labels: Iterable[str]) -> pl.DataFrame:
        """The windows `at` that look back at each `window`."""
        found = [(label, at) for label in dict.fromkeys(labels) for at in self._from(label)]
        return pl.DataFrame(found, schema={"window": pl.String, "at": pl.String}, orient="row")

    def _from(self, label: str) -> list[str]:
        """Those that look at one: itself and the ones after it, without itself where the last one is that before."""
        found, before = [label], self.gauge.ending == "before"
        while self._holds(label, following(found[-1], self.company), len(found) - before):
            found.append(following(found[-1], self.company))
        return found[before:]

    def _holds(self, label: str, later: str, count: int) -> bool:
        """Whether a window so many further on adds this one up."""
        if self.gauge.to_date is None:
            return count < (self.gauge.trailing or 1)
        first, last = (period_named(each, self.company).starts_on for each in (label, later))
        return period_of(first, self.gauge.to_date, self.company) == period_of(last, self.gauge.to_date, self.company)


def looked_back(attained: Attainment, back: LookBack, quotas: dy.DataFrame[f.Quotas]) -> Reading:
    """The number of each window as it grew, when it and windows before it are added up; with a quota, theirs too.

    A percentage without a quota stays one of a whole. A window of which something is held holds all that look back
    at it.
    """
    looks = back.ahead([*attained.rows["window"], *attained.waiting["window"]])
    rows = (
        attained.rows.select(*WINDOW, "dated_on", "credit_id", "deal_id", value="base_micros", quota="quota_micros")
        .join(looks, on="window")
        .drop("window")
        .rename({"at": "window"})
        .sort("payee_id", "window", "dated_on", "credit_id")
    )
    running = rows.with_columns(value=pl.col("value").cast(pl.Int128).cum_sum().over(WINDOW).cast(pl.Int64))
    if back.gauge.quota is not None:
        of = _quotas(back.gauge.quota, attained.rows, back, quotas).rename({"at": "window"})
        running = running.drop("quota").join(of, on=WINDOW, how="left", maintain_order="left")
    return Reading(
        running,
        back.over,
        attained.waiting.join(looks, on="window").select("payee_id", window="at").unique(),
    )


def _quotas(name: str, rows: pl.DataFrame, back: LookBack, quotas: dy.DataFrame[f.Quotas]) -> pl.DataFrame:
    """By payee and window `at` the `quota` of all it adds up: null where a row of one straddles, or none has any."""
    own = quotas.filter(pl.col("quota") == name)
    ends = (pl.col("from_on"), pl.col("until_on").dt.offset_by("-1d"))
    named = [own.select(payee_id="person_id", window=period_label(day, back.over, back.company)) for day in ends]
    windows = pl.concat([rows.select(WINDOW), *named]).unique()
    found = quota_of_windows(windows, quotas, name, fiscal(back.over, back.company))
    known = ~pl.col("straddled").is_not_null().any() & pl.col("quota_micros").is_not_null().any()
    return (
        found.join(back.ahead(windows["window"]), on="window")
        .group_by(AT)
        .agg(quota=pl.when(known).then(pl.col("quota_micros").sum()).cast(pl.Int64, strict=False))
    )
