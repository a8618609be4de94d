"""Runs a parsed query against the tables, for one user."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from operator import itemgetter
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sandbox.salesforce.clock import stamp
from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.queries.aggregate import Group, grouped
from sandbox.salesforce.queries.resolve import Resolver, Target, getter
from sandbox.salesforce.queries.soql import parse
from sandbox.salesforce.queries.soql_tokens import pointing
from sandbox.salesforce.queries.soql_tree import Aggregate, Column, Order, Path, Select
from sandbox.salesforce.queries.where import Filters
from sandbox.salesforce.record_access import COMPUTED, renew
from sandbox.salesforce.schema import TEXTS, Row, SObject, Value
from sandbox.salesforce.sharing import visible_to

if TYPE_CHECKING:
    from sandbox.salesforce.state import Org


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a query gives: records to be rendered by `targets`, or groups, or only a number."""

    sobject: SObject
    targets: tuple[Target, ...]
    rows: list[Row]
    groups: list[Group] | None
    count: int | None


def run_query(org: "Org", text: str, *, user: str | None, include_deleted: bool = False) -> Answer:
    """Parse and run a query; ApiError as Salesforce answers it."""
    select = parse(text)
    resolver = Resolver(access=org.access, user=user, text=text)
    sobject = _source(org, select, user)
    rows = _matching(org, select, sobject, resolver, include_deleted=include_deleted)
    if select.count_only:
        return Answer(sobject=sobject, targets=(), rows=[], groups=None, count=len(rows))
    if select.group_by or any(isinstance(item, Aggregate) for item in select.items):
        groups = grouped(select, sobject, rows, resolver, org.tables)
        return Answer(sobject=sobject, targets=(), rows=[], groups=groups, count=None)
    targets = _targets(select, sobject, resolver)
    _sort(org, rows, select.order_by, sobject, resolver)
    last = None if select.limit is None else select.offset + select.limit
    return Answer(sobject=sobject, targets=targets, rows=rows[select.offset : last], groups=None, count=None)


def understand(org: "Org", text: str, *, user: str | None) -> tuple[SObject, tuple[Target, ...]]:
    """Check a query of records without running it; gives its object and what it selects."""
    select = parse(text)
    resolver = Resolver(access=org.access, user=user, text=text)
    sobject = _source(org, select, user)
    if select.where:
        _filters(org, sobject, resolver).test(select.where)
    return sobject, _targets(select, sobject, resolver)


def _filters(org: "Org", sobject: SObject, resolver: Resolver) -> Filters:
    return Filters(tables=org.tables, resolver=resolver, sobject=sobject, now=org.clock(), zone=ZoneInfo(org.time_zone))


def _source(org: "Org", select: Select, user: str | None) -> SObject:
    try:
        return org.access.sobject(select.sobject, user)
    except ApiError as problem:
        raise pointing(select.text, select.sobject_column, problem.message, problem.code) from None


def _matching(org: "Org", select: Select, sobject: SObject, resolver: Resolver, *, include_deleted: bool) -> list[Row]:
    filters = _filters(org, sobject, resolver)
    tests = filters.tests(select.where) if select.where else []
    if sobject.name == COMPUTED:
        renew(org, select.where)
    rows = filters.candidates(select.where)
    if rows is None:
        rows = list(org.tables[sobject.name].rows.values())
    if not include_deleted:
        rows = [row for row in rows if not row.get("IsDeleted")]
    horizon = late_visible_from(org)
    if horizon:
        rows = [row for row in rows if str(row["SystemModstamp"]) < horizon]
    allowed = visible_to(org, sobject, resolver.user)
    if allowed:
        rows = [row for row in rows if allowed(row)]
    for test in tests:
        rows = [row for row in rows if test(row)]
    return rows


def late_visible_from(org: "Org") -> str | None:
    """Give the stamp from which records are not visible yet (fault `late_visible`), if any."""
    seconds = [float(rule.args.get("seconds", 0)) for rule in org.faults.standing("late_visible")]
    return stamp(org.clock() - timedelta(seconds=max(seconds))) if seconds else None


def _targets(select: Select, sobject: SObject, resolver: Resolver) -> tuple[Target, ...]:
    targets: dict[tuple[str, ...], Target] = {}
    for item in select.items:
        if not isinstance(item, Column):
            raise pointing(select.text, 1, "an aggregate cannot stand here")
        target = resolver.target(sobject, item.path)
        if target.names in targets:
            raise pointing(select.text, item.path.column, f"duplicate field selected: {item.path}", "INVALID_FIELD")
        if item.alias:
            raise pointing(select.text, item.path.column, f"unexpected token: '{item.alias}'")
        targets[target.names] = target
    return tuple(targets.values())


def _sort(org: "Org", rows: list[Row], keys: tuple[Order, ...], sobject: SObject, resolver: Resolver) -> None:
    """Sort in place, by the last key first, which a stable sort makes the least important."""
    for order in reversed(keys):
        if not isinstance(order.key, Path):
            raise pointing(resolver.text, 1, "an aggregate can only order groups")
        target = resolver.target(sobject, order.key)
        if not target.field.filterable:
            message = f"field '{target.field.name}' can not be sorted in a query call"
            raise pointing(resolver.text, order.key.column, message, "INVALID_FIELD")
        name = target.field.name
        if target.hops or target.field.type in TEXTS or any(row.get(name) is None for row in rows):
            rows.sort(key=_sort_key(org, target, order), reverse=order.descending)
        else:  # nothing to follow, to fold or to place: the fast way, for 100,000 records are sorted here
            rows.sort(key=itemgetter(name), reverse=order.descending)


def _sort_key(org: "Org", target: Target, order: Order) -> Callable[[Row], tuple[int, Value]]:
    get, folded = getter(org.tables, target), target.field.type in TEXTS
    null_rank = 0 if order.nulls_first is not order.descending else 2

    def key(row: Row) -> tuple[int, Value]:
        value = get(row)
        if value is None:
            return null_rank, None
        return 1, str(value).lower() if folded else value

    return key
