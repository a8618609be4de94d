"""What Salesforce itself does to standard records when they are saved: derived fields before, other records after."""

from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from sys import intern
from typing import TYPE_CHECKING, cast

from sandbox.salesforce.records.values import canonical
from sandbox.salesforce.schema import Row

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org

Before = Callable[["Org", Row | None, Row], None]
After = Callable[["Org", Row | None, Row], None]
_CATEGORY_NAMES = {"BestCase": "Best Case", "Forecast": "Commit", "MostLikely": "Most Likely"}
_CENT = Decimal("0.01")
_HISTORY = ("StageName", "Amount", "CloseDate", "Probability")


def money(number: Decimal) -> Decimal:
    """Round to the scale of currency fields."""
    return canonical(number.quantize(_CENT, ROUND_HALF_UP))


def before_save(org: "Org", sobject: str, old: Row | None, new: Row) -> None:
    """Derive the fields that nobody writes. `new` is changed in place."""
    step = _BEFORE.get(sobject)
    if step:
        step(org, old, new)


def after_save(org: "Org", sobject: str, old: Row | None, new: Row) -> None:
    """Change the records that depend on the saved one."""
    step = _AFTER.get(sobject)
    if step:
        step(org, old, new)


def ignored(sobject: str, old: Row) -> frozenset[str]:
    """Fields that a client may write and that keep their value all the same: products decide the amount."""
    priced = sobject == "Opportunity" and old.get("HasOpportunityLineItem")
    return frozenset({"Amount"}) if priced else frozenset()


def changed(old: Row | None, new: Row, name: str) -> bool:
    """Whether a save changes a field."""
    return old is None or old.get(name) != new.get(name)


def _opportunity(org: "Org", old: Row | None, new: Row) -> None:
    """Stage decides closed, won and forecast."""
    if changed(old, new, "StageName"):
        _take_stage(org, old, new)
        new["LastStageChangeDate"] = None if old is None else org.stamp_now()
    amount, probability = cast("Decimal | None", new.get("Amount")), cast("Decimal | None", new.get("Probability"))
    new["ExpectedRevenue"] = None if amount is None else money(amount * (probability or Decimal(0)) / 100)
    if new.get("CloseDate"):
        _take_fiscal(org.fiscal_start, new)


def _take_stage(org: "Org", old: Row | None, new: Row) -> None:
    found = org.tables["OpportunityStage"].find("MasterLabel", new.get("StageName"))
    stage = found[0] if found else {"ForecastCategory": "Pipeline"}
    new["IsClosed"], new["IsWon"] = bool(stage.get("IsClosed")), bool(stage.get("IsWon"))
    category = str(stage["ForecastCategory"])
    new["ForecastCategory"] = category
    new["ForecastCategoryName"] = _CATEGORY_NAMES.get(category, category)
    written = new.get("Probability") is not None if old is None else old.get("Probability") != new.get("Probability")
    if not written:
        new["Probability"] = stage.get("DefaultProbability", new.get("Probability"))


def _take_fiscal(start_month: int, new: Row) -> None:
    """A fiscal year that does not start in January is named after the year in which it ends."""
    closes = date.fromisoformat(str(new["CloseDate"]))
    months = (closes.month - start_month) % 12
    year = closes.year + (start_month > 1 and closes.month >= start_month)
    new["FiscalYear"], new["FiscalQuarter"] = year, months // 3 + 1
    new["Fiscal"] = intern(f"{year} {months // 3 + 1}")


def _opportunity_saved(org: "Org", old: Row | None, new: Row) -> None:
    """Keep the stage history and the amounts of the splits."""
    if any(changed(old, new, name) for name in _HISTORY):
        org.tables.put("OpportunityHistory", stage_history(org, old, new))
    if old is not None and changed(old, new, "OwnerId"):
        _track_owner(org, old, new)
    if old is not None and changed(old, new, "Amount"):
        for split in org.tables["OpportunitySplit"].find("OpportunityId", new["Id"]):
            org.resave("OpportunitySplit", split, {})


def stage_history(org: "Org", old: Row | None, new: Row) -> Row:
    """Make the row that tells what an opportunity is from now on."""
    fields = (
        "StageName",
        "Amount",
        "ExpectedRevenue",
        "CloseDate",
        "Probability",
        "ForecastCategory",
        "CurrencyIsoCode",
    )
    history: Row = {name: new[name] for name in fields if name in new}
    history |= {"OpportunityId": new["Id"]}
    if old is not None:
        history |= {"PrevAmount": old.get("Amount"), "PrevCloseDate": old.get("CloseDate")}
    return org.born("OpportunityHistory", history)


def _track_owner(org: "Org", old: Row, new: Row) -> None:
    """A change of a lookup comes twice: as names, and as ids."""
    ids = [str(each.get("OwnerId")) for each in (old, new)]
    names = [(org.tables["User"].rows.get(each) or {}).get("Name") for each in ids]
    for kind, (before, after) in (("Text", names), ("EntityId", ids)):
        row: Row = {"OpportunityId": new["Id"], "Field": "Owner", "DataType": kind}
        row |= {"OldValue": before, "NewValue": after}
        org.tables.put("OpportunityFieldHistory", org.born("OpportunityFieldHistory", row))


def _line(org: "Org", old: Row | None, new: Row) -> None:
    """Price times quantity is the total; the product gives name and code."""
    quantity = cast("Decimal", new.get("Quantity") or Decimal(1))
    total, price = cast("Decimal | None", new.get("TotalPrice")), cast("Decimal | None", new.get("UnitPrice"))
    if price is not None and (total is None or old is not None):
        new["TotalPrice"] = money(price * quantity)
    elif price is None and total is not None and quantity:
        new["UnitPrice"] = money(total / quantity)
    entry = org.tables["PricebookEntry"].rows.get(str(new.get("PricebookEntryId")))
    if entry is not None:
        new["Product2Id"] = new.get("Product2Id") or entry["Product2Id"]
        new["ListPrice"] = entry.get("UnitPrice")
    product = org.tables["Product2"].rows.get(str(new.get("Product2Id"))) or {}
    deal = org.tables["Opportunity"].rows.get(str(new.get("OpportunityId"))) or {}
    new["ProductCode"] = product.get("ProductCode")
    new["Name"] = " ".join(str(part) for part in (deal.get("Name"), product.get("Name")) if part)[:376] or None


def _line_saved(org: "Org", _old: Row | None, new: Row) -> None:
    """The opportunity's amount is the sum of its lines."""
    deal = org.tables["Opportunity"].rows[str(new["OpportunityId"])]
    lines = [
        line for line in org.tables["OpportunityLineItem"].find("OpportunityId", deal["Id"]) if not line["IsDeleted"]
    ]
    changes: Row = {"HasOpportunityLineItem": bool(lines)}
    if lines:
        total = sum((cast("Decimal", line.get("TotalPrice") or Decimal(0)) for line in lines), Decimal(0))
        changes["Amount"] = canonical(total)
    org.resave("Opportunity", deal, changes)


def _split(org: "Org", _old: Row | None, new: Row) -> None:
    deal = org.tables["Opportunity"].rows.get(str(new.get("OpportunityId"))) or {}
    amount, share = cast("Decimal | None", deal.get("Amount")), cast("Decimal | None", new.get("SplitPercentage"))
    new["SplitAmount"] = None if amount is None or share is None else money(amount * share / 100)
    if new.get("SplitTypeId") is None:
        new["SplitTypeId"] = next(iter(org.tables["OpportunitySplitType"].rows))


def _user(_org: "Org", _old: Row | None, new: Row) -> None:
    parts = [str(new[part]) for part in ("FirstName", "LastName") if new.get(part)]
    if parts:
        new["Name"] = " ".join(parts)


def _contract(_org: "Org", _old: Row | None, new: Row) -> None:
    """A term gives the end; the status code is what the renameable status means."""
    codes = {"Draft": "Draft", "Activated": "Activated"}
    new["StatusCode"] = codes.get(str(new.get("Status")), "InApproval")
    start, term = new.get("StartDate"), new.get("ContractTerm")
    if start and term and not new.get("EndDate"):
        new["EndDate"] = _day_before_months(date.fromisoformat(str(start)), int(term))


def _day_before_months(start: date, months: int) -> str:
    count = start.year * 12 + start.month - 1 + months
    length = [31, 29 if _leap(count // 12) else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][count % 12]
    after = date(count // 12, count % 12 + 1, min(start.day, length))
    return date.fromordinal(after.toordinal() - 1).isoformat() if start.day <= length else after.isoformat()


def _leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def _price(org: "Org", _old: Row | None, new: Row) -> None:
    product = org.tables["Product2"].rows.get(str(new.get("Product2Id"))) or {}
    new["Name"], new["ProductCode"] = product.get("Name"), product.get("ProductCode")
    new["Pricebook2Id"] = new.get("Pricebook2Id") or next(iter(org.tables["Pricebook2"].rows))


def _member(org: "Org", _old: Row | None, new: Row) -> None:
    new["Name"] = (org.tables["User"].rows.get(str(new.get("UserId"))) or {}).get("Name")


_BEFORE: dict[str, Before] = {
    "Opportunity": _opportunity,
    "OpportunityLineItem": _line,
    "OpportunitySplit": _split,
    "OpportunityTeamMember": _member,
    "User": _user,
    "Contract": _contract,
    "PricebookEntry": _price,
}
_AFTER: dict[str, After] = {"Opportunity": _opportunity_saved, "OpportunityLineItem": _line_saved}
