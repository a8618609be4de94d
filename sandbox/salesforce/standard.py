"""Builds the schema of a new org from the catalogue."""

import re

from sandbox.salesforce.catalogue import STANDARD
from sandbox.salesforce.schema import Field, Schema, SObject, label_of

_LINE = re.compile(r"(\w+) (\w+)(?:\(([\w,]+)\))?(?: ([^=]\S*(?: [^=\s]\S*)*))?(?: =(.+))?")
MULTI_CURRENCY = frozenset({"CurrencyType", "DatedConversionRate"})
_SIZES = {"boolean": (0, 0), "int": (9, 0)}
CURRENCY_ISO = "CurrencyIsoCode"


def standard_schema() -> Schema:
    """Make the schema of an org without multi-currency."""
    schema = Schema()
    for sobject in _catalogue():
        if sobject.name not in MULTI_CURRENCY:
            schema.add(sobject)
    return schema


def enable_multi_currency(schema: Schema) -> None:
    """Add what an org has once multi-currency is on: the rate tables, and a currency on every record of money."""
    for sobject in _catalogue():
        if sobject.name in MULTI_CURRENCY and sobject.name not in schema:
            schema.add(sobject)
    for sobject in schema:
        if sobject.money:
            schema.add_field(sobject.name, currency_iso_field())


def currency_iso_field() -> Field:
    """The currency of a record."""
    return Field(name=CURRENCY_ISO, type="picklist", label="Currency ISO Code", length=3)


def system_fields(*, setup: bool, history: bool = False) -> list[Field]:
    """Fields that the server keeps on every record; configuration has no recycle bin, and history is never changed."""
    out = [_system("CreatedDate", "datetime"), _system("CreatedById", "reference", "User")]
    if not history:
        out += _stamps()
    record_id = Field(name="Id", type="id", label="Record ID", length=18, createable=False, updateable=False)
    deleted = [] if setup else [_system("IsDeleted", "boolean")]
    return [record_id, *deleted, *out]


def _stamps() -> list[Field]:
    out = [_system("LastModifiedDate", "datetime"), _system("LastModifiedById", "reference", "User")]
    return [*out, _system("SystemModstamp", "datetime")]


def _system(name: str, kind: str, target: str | None = None) -> Field:
    return Field(
        name=name,
        type=kind,
        label=label_of(name),
        length=18 if target else 0,
        createable=False,
        updateable=False,
        default=False if kind == "boolean" else None,
        reference_to=(target,) if target else (),
        relationship_name=name.removesuffix("Id") if target else None,
    )


def _catalogue() -> list[SObject]:
    out: list[SObject] = []
    for line in STANDARD.strip().splitlines():
        if line.startswith("  "):
            out[-1].add(_field(line.strip()))
        else:
            out.append(_sobject(line))
    return out


def _sobject(line: str) -> SObject:
    name, prefix, rest = line.split(" ", 2)
    labels, _, flags = re.sub(r" (setup|money|history)$", r"|\1", rest).partition("|")
    label, plural = labels.split(",")
    new = SObject(name=name, label=label, plural=plural, prefix=prefix, setup=flags == "setup", money=flags == "money")
    for each in system_fields(setup=new.setup, history=flags == "history"):
        new.add(each)
    return new


def _field(line: str) -> Field:
    match = _LINE.fullmatch(line)
    if match is None:
        raise ValueError(f"catalogue line cannot be read: {line}")
    name, kind, size, flag_text, values = match.groups()
    flags = (flag_text or "").split()
    options = dict(flag.split("=", 1) for flag in flags if "=" in flag)
    length, precision, scale = _sizes(kind, size)
    reference = kind == "reference"
    return Field(
        name=name,
        type=kind,
        label=label_of(name),
        length=18 if reference else length,
        precision=precision,
        scale=scale,
        createable="ro" not in flags,
        updateable="ro" not in flags and "create" not in flags,
        required="required" in flags,
        reference_to=(size,) if reference else (),
        relationship_name=name.removesuffix("Id") if reference else None,
        picklist=tuple(values.split("|")) if values else (),
        restricted="restricted" in flags,
        name_field="name" in flags,
        display_format=options.get("number"),
        default=_default(kind, options.get("default")),
        master_detail="cascade" in flags,
        calculated=False,
    )


def _sizes(kind: str, size: str | None) -> tuple[int, int, int]:
    """Length, precision and scale."""
    if kind in {"currency", "double", "percent"}:
        digits, decimals = (size or "18,0").split(",")
        return 0, int(digits), int(decimals)
    precision, scale = _SIZES.get(kind, (0, 0))
    return (int(size) if size and size.isdigit() else 0), precision, scale


def _default(kind: str, text: str | None) -> str | bool | None:
    if kind == "boolean":
        return text == "true"
    return text
