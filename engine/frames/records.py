"""What the CRM says: accounts, deals and what belongs to them, as canonical records."""

from __future__ import annotations

import dataframely as dy

from engine.frames.frame import Frame


class Accounts(Frame):
    """One customer a row."""

    account_id = dy.String(primary_key=True)
    name = dy.String(nullable=True)
    parent_id = dy.String(nullable=True)
    owner_id = dy.String(nullable=True)
    industry = dy.String(nullable=True)
    country = dy.String(nullable=True)
    segment = dy.String(nullable=True)
    territory = dy.String(nullable=True)
    employees = dy.Int64(nullable=True)
    revenue_micros = dy.Int64(nullable=True)
    facts = dy.String(nullable=True)
    """Other fields of the CRM that the mapping names under `facts`, as a JSON object of texts."""


class Deals(Frame):
    """One opportunity a row, won, lost or open. Deleted and merged-away deals are not in the book."""

    deal_id = dy.String(primary_key=True)
    name = dy.String(nullable=True)
    account_id = dy.String(nullable=True)
    owner_id = dy.String(nullable=True)
    type = dy.String(nullable=True)
    """The CRM's own type text; the mapping says which texts mean which motion."""
    motion = dy.String(nullable=True)
    """The motion the mapping gives for `type`, null where it gives none (classify then decides or holds)."""
    stage = dy.String(nullable=True)
    is_won = dy.Bool()
    is_closed = dy.Bool()
    created_on = dy.Date(nullable=True)
    closed_on = dy.Date(nullable=True)
    qualified_on = dy.Date(nullable=True)
    """The day on which it passed the stage that qualifies it, whatever became of it later."""
    amount_micros = dy.Int64(nullable=True)
    acv_micros = dy.Int64(nullable=True)
    """Annual contract value where the CRM holds it; else classify derives it from amount and term."""
    cost_micros = dy.Int64(nullable=True)
    """What the deal's amount costs us; without it, the sum of its lines' costs."""
    list_micros = dy.Int64(nullable=True)
    """The amount at list price; without it, the sum of its lines' list prices."""
    currency = dy.String(nullable=True)
    source = dy.String(nullable=True)
    channel = dy.String(nullable=True)
    """Who sells: direct, or which kind of partner."""
    term_months = dy.Int64(nullable=True)
    starts_on = dy.Date(nullable=True)
    prior_deal_id = dy.String(nullable=True)
    renewed_contract_id = dy.String(nullable=True)
    facts = dy.String(nullable=True)
    """Other fields of the CRM that the mapping names under `facts`, as a JSON object of texts."""


class DealLines(Frame):
    """Products on a deal."""

    line_id = dy.String(primary_key=True)
    deal_id = dy.String()
    product_id = dy.String(nullable=True)
    product = dy.String(nullable=True)
    family = dy.String(nullable=True)
    quantity_micros = dy.Int64(nullable=True)
    amount_micros = dy.Int64(nullable=True)
    cost_micros = dy.Int64(nullable=True)
    """What the line's amount costs us."""
    list_micros = dy.Int64(nullable=True)
    """The line's amount at list price."""


class Splits(Frame):
    """Shares of a deal as the CRM states them; user ids, not payee ids."""

    split_id = dy.String(primary_key=True)
    deal_id = dy.String()
    user_id = dy.String()
    share_num = dy.Int64()
    share_den = dy.Int64(min=1)


class TeamMembers(Frame):
    """People whom the CRM names on a deal, by the CRM's team role."""

    member_id = dy.String(primary_key=True)
    deal_id = dy.String()
    user_id = dy.String()
    role = dy.String()


class DealStages(Frame):
    """The stages that a deal entered, where the CRM's history is read.

    A change of owner within a stage is a further row of the same stage. Of several on one day the first one stands:
    whoever owned the deal when it entered the stage.
    """

    deal_id = dy.String(primary_key=True)
    stage = dy.String(primary_key=True)
    """Its name, as in `Deals.stage`."""
    entered_on = dy.Date(primary_key=True)
    owner = dy.String(nullable=True)
    """The CRM user who owned the deal from then on; null where the CRM does not know."""


class Contracts(Frame):
    """What a won deal starts or renews."""

    contract_id = dy.String(primary_key=True)
    account_id = dy.String()
    origin_deal_id = dy.String(nullable=True)
    starts_on = dy.Date()
    ends_on = dy.Date(nullable=True)
    """Its last day, as CRMs state it."""
    acv_micros = dy.Int64(nullable=True)
    currency = dy.String(nullable=True)
    cancelled_on = dy.Date(nullable=True)
    """The first day without it."""


class FxRates(Frame):
    """Dated rates: one unit of `currency` is `rate_num/rate_den` units of the company's currency."""

    currency = dy.String()
    from_on = dy.Date()
    until_on = dy.Date(nullable=True)
    rate_num = dy.Int64(min=1)
    rate_den = dy.Int64(min=1)


class DealEvents(Frame):
    """What happened to a deal after it was won: causes of clawbacks (beside cancellations) and of releases."""

    deal_id = dy.String()
    kind = dy.Enum(
        [
            *("cancelled", "downgraded", "refunded", "unpaid"),
            *("contract_start", "delivery", "go_live", "invoice", "payment"),
        ]
    )
    happened_on = dy.Date()
    amount_micros = dy.Int64(nullable=True, min=0)
    """How much of the deal's amount (`downgraded`: of its ACV) it is about, in its currency; null: all of it."""
