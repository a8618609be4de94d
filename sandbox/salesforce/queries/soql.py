"""Parses the subset of SOQL that integrations use; whatever lies outside is refused as MALFORMED_QUERY, never ignored.

Supported: SELECT of fields, parent fields, COUNT() and aggregates; WHERE with AND, OR, NOT, parentheses, comparisons,
LIKE, IN, NOT IN; GROUP BY; ORDER BY with NULLS FIRST/LAST; LIMIT; OFFSET.
"""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import TypeVar

from sandbox.salesforce.clock import parse_instant, stamp
from sandbox.salesforce.errors import ApiError
from sandbox.salesforce.queries.date_literals import is_range
from sandbox.salesforce.queries.soql_tokens import Token, pointing, tokens, unquoted
from sandbox.salesforce.queries.soql_tree import (
    Aggregate,
    Column,
    Comparison,
    Condition,
    Constant,
    Junction,
    Negation,
    Order,
    Path,
    Select,
)

LONGEST_QUERY = 100_000
_DEEPEST = 50
_PARENTS_MAX = 5
_OFFSET_MAX = 2_000
_LONGEST_NUMBER = 9
_FUNCTIONS = frozenset({"COUNT", "COUNT_DISTINCT", "SUM", "MIN", "MAX", "AVG"})
_RESERVED = frozenset(
    {"FROM", "WHERE", "GROUP", "ORDER", "LIMIT", "OFFSET", "AND", "OR", "HAVING", "FOR", "USING", "WITH", "ALL"}
)


def parse(text: str) -> Select:
    """Parse a query; ApiError MALFORMED_QUERY with the place when it cannot be."""
    if len(text) > LONGEST_QUERY:
        raise ApiError("QUERY_TOO_COMPLICATED", f"the query is longer than {LONGEST_QUERY} characters")
    return _Parser(text).select()


T = TypeVar("T")


class _Parser:
    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = list(tokens(text))
        self.place = 0
        self.depth = 0

    @property
    def now(self) -> Token:
        return self.tokens[self.place]

    def unexpected(self, token: Token | None = None) -> ApiError:
        bad = token or self.now
        return pointing(self.text, bad.column, f"unexpected token: '{bad.text}'")

    def take(self) -> Token:
        token = self.now
        if token.kind == "end":
            raise self.unexpected()
        self.place += 1
        return token

    def accept(self, *words: str) -> bool:
        """Take these tokens if they come next."""
        coming = [token.upper for token in self.tokens[self.place : self.place + len(words)]]
        if coming != list(words) or self.now.kind == "string":
            return False
        self.place += len(words)
        return True

    def expect(self, *words: str) -> None:
        for word in words:
            if not self.accept(word):
                raise self.unexpected()

    def select(self) -> Select:
        self.expect("SELECT")
        items = self.comma(self.item)
        self.expect("FROM")
        source = self.name()
        where = self.condition() if self.accept("WHERE") else None
        group_by = self.comma(self.path) if self.accept("GROUP", "BY") else ()
        order_by = self.comma(self.order) if self.accept("ORDER", "BY") else ()
        limit = self.whole_number() if self.accept("LIMIT") else None
        offset = self.offset() if self.accept("OFFSET") else 0
        if self.now.kind != "end":
            raise self.unexpected()
        return Select(
            text=self.text,
            items=items,
            count_only=items == (Aggregate("COUNT", None, None),),
            sobject=source.text,
            sobject_column=source.column,
            where=where,
            group_by=group_by,
            order_by=order_by,
            limit=limit,
            offset=offset,
        )

    def comma(self, read: Callable[[], T]) -> tuple[T, ...]:
        """One or more of the same, with commas between."""
        out = [read()]
        while self.accept(","):
            out.append(read())
        return tuple(out)

    def item(self) -> Column | Aggregate:
        call = self.aggregate()
        if call:
            return call
        path = self.path()
        return Column(path, self.alias())

    def alias(self) -> str | None:
        """A name before the next comma or FROM."""
        following = self.tokens[min(self.place + 1, len(self.tokens) - 1)].upper
        if self.now.kind != "word" or not self.now.text.isidentifier() or following not in {",", "FROM"}:
            return None
        return self.take().text

    def aggregate(self, *, aliased: bool = True) -> Aggregate | None:
        """COUNT(Id) and its like, or None when no call comes next."""
        if self.now.kind != "word" or self.tokens[self.place + 1].text != "(":
            return None
        function = self.take()
        if function.upper not in _FUNCTIONS:
            raise pointing(self.text, function.column, f"function '{function.text}' is not supported here")
        self.expect("(")
        path = None if function.upper == "COUNT" and self.now.text == ")" else self.path()
        self.expect(")")
        return Aggregate(function.upper, path, self.alias() if aliased else None)

    def name(self) -> Token:
        token = self.take()
        if token.kind != "word" or token.upper in _RESERVED or not token.text.isidentifier():
            raise self.unexpected(token)
        return token

    def path(self) -> Path:
        token = self.take()
        parts = tuple(token.text.split("."))
        if token.kind != "word" or ":" in token.text or parts[0].upper() in _RESERVED:
            raise self.unexpected(token)
        if len(parts) > _PARENTS_MAX + 1:
            raise pointing(self.text, token.column, "a field can be at most 5 relationships away")
        return Path(parts, token.column)

    def condition(self) -> Condition:
        """Parts joined by AND, or by OR; mixing them without parentheses is an error, as in Salesforce."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise pointing(self.text, self.now.column, f"conditions are nested more than {_DEEPEST} deep")
        parts, operator = [self.part()], self.now.upper
        while operator in {"AND", "OR"} and self.accept(operator):
            parts.append(self.part())
        if len(parts) > 1 and self.now.upper in {"AND", "OR"}:
            raise self.unexpected()
        self.depth -= 1
        if len(parts) == 1:
            return parts[0]
        return Junction("AND" if operator == "AND" else "OR", tuple(parts))

    def part(self) -> Condition:
        negations = 0
        while self.accept("NOT"):
            negations += 1
        if self.accept("("):
            inner = self.condition()
            self.expect(")")
        else:
            inner = self.comparison()
        return Negation(inner) if negations % 2 else inner

    def comparison(self) -> Condition:
        path = self.path()
        if self.accept("NOT", "IN"):
            return Comparison(path, "NOT IN", self.listed())
        if self.accept("IN"):
            return Comparison(path, "IN", self.listed())
        if self.accept("LIKE"):
            return Comparison(path, "LIKE", (self.constant(),))
        operator = self.take()
        if operator.kind != "operator":
            raise self.unexpected(operator)
        return Comparison(path, "!=" if operator.text == "<>" else operator.text, (self.constant(),))

    def listed(self) -> tuple[Constant, ...]:
        self.expect("(")
        values = self.comma(self.constant)
        self.expect(")")
        return values

    def constant(self) -> Constant:
        token = self.take()
        column = token.column
        if token.kind == "string":
            return Constant("string", unquoted(token, self.text), column)
        if token.kind == "number":
            return Constant("number", Decimal(token.text), column)
        if token.kind in {"date", "datetime"}:
            return self.moment(token)
        if token.upper == "NULL":
            return Constant("null", None, column)
        if token.upper in {"TRUE", "FALSE"}:
            return Constant("boolean", token.upper == "TRUE", column)
        if token.kind == "word" and is_range(token.text):
            return Constant("range", token.upper, column)
        raise self.unexpected(token)

    def moment(self, token: Token) -> Constant:
        """A date, or an instant in the text form in which instants are stored."""
        try:
            if token.kind == "date":
                return Constant("date", date.fromisoformat(token.text).isoformat(), token.column)
            return Constant("datetime", stamp(parse_instant(token.text)), token.column)
        except (ValueError, OverflowError):
            raise pointing(self.text, token.column, f"line 1:{token.column} invalid date: {token.text}") from None

    def order(self) -> Order:
        key = self.aggregate(aliased=False) or self.path()
        descending = self.accept("DESC")
        if not descending:
            self.accept("ASC")
        if self.accept("NULLS", "LAST"):
            return Order(key, descending, nulls_first=False)
        self.accept("NULLS", "FIRST")
        return Order(key, descending, nulls_first=True)

    def whole_number(self) -> int:
        token = self.take()
        if token.kind != "number" or not token.text.isdigit() or len(token.text) > _LONGEST_NUMBER:
            raise self.unexpected(token)
        return int(token.text)

    def offset(self) -> int:
        column = self.now.column
        number = self.whole_number()
        if number > _OFFSET_MAX:
            code = "NUMBER_OUTSIDE_VALID_RANGE"
            raise pointing(self.text, column, f"Maximum SOQL offset allowed is {_OFFSET_MAX}", code)
        return number
