"""GROUP BY and aggregate functions."""

from collections.abc import Callable
from decimal import Decimal
from typing import cast

from sandbox.salesforce.queries.resolve import Getter, Resolver, getter
from sandbox.salesforce.queries.soql_tokens import pointing
from sandbox.salesforce.queries.soql_tree import Aggregate, Column, Order, Path, Select
from sandbox.salesforce.records.tables import Tables
from sandbox.salesforce.records.values import canonical
from sandbox.salesforce.schema import NUMBERS, Row, SObject, Value
from sandbox.salesforce.standard import CURRENCY_ISO

Group = dict[str, Value]
MAX_GROUPS = 2_000
_FIGURES = NUMBERS | {"int"}


def grouped(select: Select, sobject: SObject, rows: list[Row], resolver: Resolver, tables: Tables) -> list[Group]:
    """Give one record a group, in the order of ORDER BY; unnamed aggregates are called expr0, expr1, and so on."""
    _refuse_mixed_currencies(select, sobject, resolver)
    keys = [getter(tables, resolver.target(sobject, path)) for path in select.group_by]
    columns = _columns(select, sobject, resolver, tables)
    members: dict[tuple[Value, ...], list[Row]] = {} if keys else {(): []}
    for row in rows:
        members.setdefault(tuple(key(row) for key in keys), []).append(row)
    ordered = list(members.values())
    for order in reversed(select.order_by):
        value = _figure(order.key, sobject, resolver, tables)
        ordered.sort(key=_null_key(value, order), reverse=order.descending)
    last = None if select.limit is None else select.offset + select.limit
    groups = ordered[select.offset : last]
    if len(groups) > MAX_GROUPS:
        raise pointing(select.text, 1, "Aggregate query does not support queryMore(), use LIMIT", "EXCEEDED_ID_LIMIT")
    return [{name: figure(group) for name, figure in columns} for group in groups]


def _refuse_mixed_currencies(select: Select, sobject: SObject, resolver: Resolver) -> None:
    """Salesforce converts amounts before it adds them up; this stand-in does not, and adds up one currency only."""
    if CURRENCY_ISO not in sobject.fields or any(
        path.parts[-1].lower() == "currencyisocode" for path in select.group_by
    ):
        return
    for item in select.items:
        if not isinstance(item, Aggregate) or item.path is None or item.function.startswith("COUNT"):
            continue
        if resolver.target(sobject, item.path).field.type == "currency":
            message = f"{item.function} of several currencies is not supported here: group by CurrencyIsoCode"
            raise pointing(select.text, item.path.column, message)


Figure = Callable[[list[Row]], Value]


def _columns(select: Select, sobject: SObject, resolver: Resolver, tables: Tables) -> list[tuple[str, Figure]]:
    named = {path.parts[0].lower() if len(path.parts) == 1 else str(path).lower() for path in select.group_by}
    out: list[tuple[str, Figure]] = []
    unnamed = 0
    for item in select.items:
        if isinstance(item, Aggregate):
            name = item.alias or f"expr{unnamed}"
            unnamed += not item.alias
            out.append((name, _figure(item, sobject, resolver, tables)))
            continue
        if str(item.path).lower() not in named:
            message = f"Field must be grouped or aggregated: {item.path}"
            raise pointing(select.text, item.path.column, message)
        out.append((_name(item, sobject, resolver), _figure(item.path, sobject, resolver, tables)))
    return out


def _name(item: Column, sobject: SObject, resolver: Resolver) -> str:
    return item.alias or resolver.target(sobject, item.path).field.name


def _figure(key: Path | Aggregate, sobject: SObject, resolver: Resolver, tables: Tables) -> Figure:
    """Make the function that computes one value of a group."""
    if isinstance(key, Path):
        get = getter(tables, resolver.target(sobject, key))
        return lambda rows: get(rows[0]) if rows else None
    if key.path is None:
        return len
    target = resolver.target(sobject, key.path)
    if key.function in {"SUM", "AVG"} and target.field.type not in _FIGURES:
        message = f"field {target.field.name} does not support aggregate operator {key.function}"
        raise pointing(resolver.text, key.path.column, message)
    return _FUNCTIONS[key.function](getter(tables, target))


def _values(get: Getter, rows: list[Row]) -> list[Value]:
    return [value for row in rows if (value := get(row)) is not None]


def _sum(get: Getter) -> Figure:
    return lambda rows: canonical(sum(map(Decimal, cast("list[Decimal]", _values(get, rows))), Decimal(0)))


def _average(get: Getter) -> Figure:
    def average(rows: list[Row]) -> Value:
        values = [Decimal(value) for value in cast("list[Decimal]", _values(get, rows))]
        return canonical(sum(values, Decimal(0)) / len(values)) if values else None

    return average


def _extreme(pick: Callable[..., Value]) -> Callable[[Getter], Figure]:
    return lambda get: lambda rows: pick(_values(get, rows), default=None)


_FUNCTIONS: dict[str, Callable[[Getter], Figure]] = {
    "COUNT": lambda get: lambda rows: len(_values(get, rows)),
    "COUNT_DISTINCT": lambda get: lambda rows: len(set(_values(get, rows))),
    "SUM": _sum,
    "AVG": _average,
    "MIN": _extreme(min),
    "MAX": _extreme(max),
}


def _null_key(figure: Figure, order: Order) -> Callable[[list[Row]], tuple[int, Value]]:
    null_rank = 0 if order.nulls_first is not order.descending else 2
    return lambda rows: (null_rank, None) if (value := figure(rows)) is None else (1, value)
