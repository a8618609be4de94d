"""What a parsed query is made of. Columns are positions in the text (from 1), for error messages."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal


@dataclass(frozen=True, slots=True)
class Path:
    """A field, with the relationships that lead to it: `Account.Owner.Name`."""

    parts: tuple[str, ...]
    column: int

    def __str__(self) -> str:
        return ".".join(self.parts)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """COUNT, SUM, MIN, MAX, AVG or COUNT_DISTINCT of a field; COUNT without a field counts rows."""

    function: str
    path: Path | None
    alias: str | None


@dataclass(frozen=True, slots=True)
class Column:
    """A selected field; an alias is allowed where rows are grouped."""

    path: Path
    alias: str | None


@dataclass(frozen=True, slots=True)
class Constant:
    """A literal value. A `range` is a relative date such as LAST_N_DAYS:30."""

    kind: Literal["string", "number", "boolean", "null", "date", "datetime", "range"]
    value: str | Decimal | bool | None
    column: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """A field against one constant, or against several (IN, NOT IN)."""

    path: Path
    operator: str
    values: tuple[Constant, ...]


@dataclass(frozen=True, slots=True)
class Junction:
    """AND or OR of conditions."""

    operator: Literal["AND", "OR"]
    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """NOT of a condition."""

    part: "Condition"


Condition = Comparison | Junction | Negation


@dataclass(frozen=True, slots=True)
class Order:
    """One key of ORDER BY. Nulls come first unless told otherwise, in both directions."""

    key: Path | Aggregate
    descending: bool
    nulls_first: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Select:
    """A whole query."""

    text: str
    items: tuple[Column | Aggregate, ...]
    count_only: bool
    sobject: str
    sobject_column: int
    where: Condition | None
    group_by: tuple[Path, ...]
    order_by: tuple[Order, ...]
    limit: int | None
    offset: int
