"""Arms: which arm of an experiment each account is in, and so each of its deals (`engagement.experiments`)."""

from __future__ import annotations

from hashlib import sha256

import polars as pl

from engine.deals.lots import Drum
from engine.documents.engagement.experiments import Experiment
from engine.matching import fits


def draw(won: pl.DataFrame, experiment: Experiment, drum: Drum) -> None:
    """Draws the accounts that are new to the experiment, by what won deals say of them."""
    for account_id, signed_on, *values in _taking_part(won, experiment).iter_rows() if drum.giving else ():
        if drum.has(account_id) is None:
            stratum = " / ".join("unknown" if value is None else str(value) for value in values) or "all"
            drum.give(stratum, account_id, _arm(experiment, drum, stratum, account_id), signed_on)


def with_arms(deals: pl.DataFrame, experiment: Experiment, governed: pl.Expr, drum: Drum) -> pl.DataFrame:
    """The governed deals of the window with the arm of their account."""
    window = experiment.effective
    drawn = {account: lot.drawn for account in deals["account_id"].unique() if (lot := drum.has(account)) is not None}
    arms = pl.DataFrame(
        {"account_id": list(drawn), "arm": [f"{experiment.id}/{arm}" for arm in drawn.values()]},
        schema={"account_id": pl.String, "arm": pl.String},
    )
    day = pl.col("dated_on")
    running = (day >= window.from_on) & (pl.lit(value=True) if window.until_on is None else day < window.until_on)
    in_arm = pl.concat_list("arms", pl.when(governed & running).then("arm")).list.drop_nulls()
    joined = deals.join(arms, on="account_id", how="left", maintain_order="left")
    return joined.with_columns(arms=in_arm).drop("arm")


def _taking_part(deals: pl.DataFrame, experiment: Experiment) -> pl.DataFrame:
    """Accounts that signed before the end, in the order in which they did, with what the strata look at.

    What is said of an account is what its last deal before the start says, or its first.
    """
    window = experiment.effective
    before = pl.col("dated_on") < window.from_on
    known = deals.filter(pl.col("signed_on") < window.until_on if window.until_on else pl.lit(value=True))
    ordered = known.sort("dated_on", "deal_id")
    first = ordered.group_by("account_id", maintain_order=True).agg(
        pl.col("signed_on").min(), shown=pl.coalesce(pl.col("deal_id").filter(before).last(), pl.col("deal_id").first())
    )
    said = deals.select("deal_id", *experiment.strata, part=fits(experiment.accounts))
    part = first.join(said, left_on="shown", right_on="deal_id").filter("part").sort("signed_on", "account_id")
    return part.select("account_id", "signed_on", *experiment.strata)


def _arm(experiment: Experiment, drum: Drum, stratum: str, account_id: str) -> str:
    """The arm that is furthest behind its share of the stratum; where arms are level, the hash decides."""
    drawn = sum(drum.count[stratum, arm] for arm in experiment.arms)

    def rank(arm: str) -> tuple[object, str]:
        ahead = drum.count[stratum, arm] - experiment.arms[arm] * drawn
        salted = "\0".join((experiment.id, stratum, account_id, arm))
        return ahead, sha256(salted.encode()).hexdigest()

    return min(experiment.arms, key=rank)
