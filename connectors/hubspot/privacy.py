"""What can be asked of a portal about who can read whose pay (`doctor --privacy`), and what somebody must look at.

HubSpot tells no program which user views what. It does tell what its permissions go by: who owns each record, and
which properties make owners. Both are asked; amounts are never read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from connectors.check import Check, checked, tried
from connectors.hubspot.describe import Described, describe
from connectors.hubspot.pay_records import LINE, OWNER, STATEMENT
from connectors.hubspot.records import listed
from connectors.hubspot.session import Connection
from connectors.port import ConnectorError

PAGES, PAGE = 10, 100
"""Records looked at of each object."""
SHOWN = 5
USER = "OWNER"
THEIRS = "hs_"
"""What the names of HubSpot's own properties start with: they follow from ours."""

PERMISSIONS = (
    "Settings > Users & Teams, each user or permission set, CRM > CRM Objects: for Commission statements and for "
    "Commission lines View is 'Their' without 'Unassigned' for payees, and none for everybody else. Then sign in as "
    "one payee of each team and look for a colleague's pay in lists, on deals, in search and in reports."
)
RESTRICT = "Settings > Properties > {}: restrict who may view it; everybody who views the deal reads one person's pay."

Properties = Mapping[str, str | None]


def examine_ownership(connection: Connection, amount: str | None = None) -> list[Check]:
    """The checks; `amount` is the property of the deal that says pay, if any."""
    try:
        found = [describe(connection, pay.name) for pay in (STATEMENT, LINE)]
    except ConnectorError as problem:
        return [Check("privacy", ok=False, message=str(problem), remedy="Check the key and its scopes.")]
    statement, line = found
    checks = [_by_hand("who may view the amount on deals", RESTRICT.format(amount))] if amount else []
    if statement is None or line is None:
        return [*checks, Check("statements", ok=True, message="the portal has none: nobody can read one")]
    return [
        *checks,
        _owners_are_payees(connection, statement, line),
        _no_other_owners(statement, line),
        _by_hand("who may view statements and lines", PERMISSIONS),
    ]


def _by_hand(name: str, remedy: str) -> Check:
    """What no program can see is not taken as right."""
    return Check(name, ok=False, message="not checked: HubSpot's API does not tell", remedy=remedy)


def _owners_are_payees(connection: Connection, statement: Described, line: Described) -> Check:
    return tried("who owns statements and lines", lambda: _owned(connection, statement, line))


def _owned(connection: Connection, statement: Described, line: Described) -> str:
    """Each statement belongs to its payee, and each line to whom its statement belongs."""
    payee, parent = STATEMENT.fields["payee_id"], LINE.fields["statement"]
    statements = dict(_read(connection, statement, [STATEMENT.key, OWNER, payee]))
    lines = dict(_read(connection, line, [LINE.key, OWNER, parent]))
    payees = {said[STATEMENT.key]: said[payee] for said in statements.values()}
    wrong = [f"statement {key}" for key, said in statements.items() if said[OWNER] != said[payee] or not said[OWNER]]
    wrong += [
        f"line {key}" for key, said in lines.items() if said[OWNER] != payees.get(said[parent], said[OWNER] or "nobody")
    ]
    if wrong:
        more = f" and {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        named = ", ".join(wrong[:SHOWN])
        raise ConnectorError(f"{named}{more}: owned by nobody, or by another than the payee. The next cycle mends it.")
    return f"{len(statements)} statements and {len(lines)} lines belong to their payees"


def _read(connection: Connection, of: Described, names: list[str]) -> Iterator[tuple[str, Properties]]:
    """The first records of an object, by record id."""
    api, options = connection.hubspot.crm.objects.basic_api, dict[str, str]()
    for _ in range(PAGES):
        page = connection.ask(api.get_page, of.path, read=listed, limit=PAGE, properties=names, **options)
        for each in page.results:
            yield each.id, {name: each.properties.get(name) for name in names}
        if page.after is None:
            return
        options = {"after": page.after}


def _no_other_owners(statement: Described, line: Described) -> Check:
    """Whom any user property names is taken to own the record."""
    ours = {OWNER, *(pay.fields["payee_id"] for pay in (STATEMENT, LINE))}
    others = sorted(
        f"{of.name}.{each.name}"
        for of in (statement, line)
        for each in of.properties
        if each.referencedObjectType == USER and each.name not in ours and not each.name.startswith(THEIRS)
    )
    message = f"{', '.join(others)} name users, too" if others else "no property but ours names a user"
    remedy = "Remove them: HubSpot takes a user to own a record whom any of its user properties names."
    return checked("what makes an owner", message, ok=not others, remedy=remedy)
