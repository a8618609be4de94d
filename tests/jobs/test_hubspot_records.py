"""Statements and lines in a HubSpot portal: what they say, whose they are, and who sees them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.hubspot.pay_records import LINE, STATEMENT
from connectors.hubspot.setup import ignored
from jobs.books.close import Signed, close
from jobs.hubspot import examine_privacy, open_connection
from jobs.paying.importing import import_payments
from jobs.status import open_issues, status
from sandbox.world import World
from tests.jobs.conftest import ADMIN, Company, Past, again
from tests.jobs.test_cycle import credited_deal
from tests.jobs.test_leaks import numbers
from tests.jobs.test_records import Told, pay, told

HELPER = {
    "name": "helper",
    "label": "Helper",
    "options": [],
    "formField": False,
    "type": "enumeration",
    "fieldType": "select",
    "externalOptions": True,
    "referencedObjectType": "OWNER",
}


@pytest.fixture(scope="module")
def company(
    published: Callable[[str], Past], tiny: World, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Company]:
    """A company whose statements are kept in the portal, after a cycle. No test needs the numbers of another."""
    with again(published("hubspot"), tiny, tmp_path_factory.mktemp("portal")) as made:
        yield made


def rows(company: Company, name: str) -> list[dict[str, str]]:
    """Every record of an object of ours."""
    return [dict(each.values) for each in company.org.records(object_of(company, name))]


def object_of(company: Company, name: str) -> str:
    """What the portal itself calls an object of ours."""
    return f"p{company.org.id}_{name}"


def test_statements_are_the_sum_of_their_lines_and_everything_belongs_to_its_payee(company: Company) -> None:
    statements = {each["statement_key"]: each for each in rows(company, STATEMENT.name)}
    lines = rows(company, LINE.name)

    assert len(statements) > 3
    assert {each["status"] for each in statements.values()} == {"Open"}
    for key, statement in statements.items():
        own = [each for each in lines if each["statement_key"] == key and each["projected"] == "false"]
        assert sum(Decimal(each["amount"]) for each in own) == Decimal(statement["earned"])
        assert {statement["payee"]} | {each["hubspot_owner_id"] for each in own} == {statement["hubspot_owner_id"]}
    company.nothing_more()


def said(company: Company, payee: str) -> Told:
    """What the portal says that a payee has earned, by payee, period, plan and currency."""
    own = [each for each in rows(company, STATEMENT.name) if each["payee"] == payee and each["status"] != "Withdrawn"]
    return {(payee, each["period"], each["plan"], each["currency"]): Decimal(each["earned"]) for each in own}


def test_the_portal_says_what_the_statement_says_to_the_cent_also_after_it_was_without_objects(
    company: Company,
) -> None:
    deal = credited_deal(company)
    payee = next(each["hubspot_owner_id"] for each in rows(company, LINE.name) if each["deal_id"] == deal)
    before = said(company, payee)
    assert before == told(company, payee)
    assert any(before.values())

    held = company.org.get("deals", deal)
    company.org.update("deals", deal, {name: str(Decimal(held[name]) * 3) for name in ("acv", "amount")})
    company.org.off.add("custom_objects")
    assert set(company.cycle().sent) <= {"written"}
    assert said(company, payee) == before
    with company.store().read() as conn:
        (told_of,) = [each for each in open_issues(conn, company.configuration()) if each.code == "records_not_written"]
    assert "needs custom objects (Enterprise)" in told_of.message
    assert status(company.store(), company.configuration())["writes"][STATEMENT.name]["due"]
    company.edit("tallystick.yaml", lambda text: text.replace("records: true", "records: false"))
    assert status(company.store(), company.configuration())["writes"][STATEMENT.name].keys() == {"off", "sent"}
    company.edit("tallystick.yaml", lambda text: text.replace("records: false", "records: true"))

    company.org.off.clear()
    company.cycle()
    assert said(company, payee) == told(company, payee) != before


def test_payees_who_view_only_what_they_own_see_no_colleagues_pay_and_a_wrong_permission_shows(
    company: Company, capfd: pytest.CaptureFixture[str]
) -> None:
    amounts = own_amounts(company)
    assert len(amounts) > 3
    for payee in amounts:
        for name in (STATEMENT.name, LINE.name):
            company.org.let_view(payee, object_of(company, name), "owned")
    assert all(own <= read_by(company, payee) for payee, own in amounts.items()), "own ones are seen"
    assert leaks(company, amounts) == set()

    wrong, *others = amounts
    company.org.let_view(wrong, object_of(company, LINE.name), "everything")
    assert {of for reader, of in leaks(company, amounts) if reader == wrong} == set(others)
    assert {reader for reader, _ in leaks(company, amounts)} == {wrong}
    company.cycle()
    logged = capfd.readouterr()
    assert not any(own & numbers(logged.out + logged.err) for own in amounts.values())


def test_doctor_says_who_owns_what_and_what_nobody_can_ask(company: Company) -> None:
    """A line that is nobody's and a property that makes owners are found."""
    by_hand = {"who may view statements and lines": False, "who may view the amount on deals": False}
    assert privacy(company) == {"who owns statements and lines": True, "what makes an owner": True, **by_hand}

    kind = object_of(company, LINE.name)
    line = next(iter(company.org.records(kind)))
    owner = line.values["hubspot_owner_id"]
    connection = open_connection(company.configuration().settings.hubspot, company.sandbox.credentials)
    properties = connection.hubspot.crm.properties.core_api
    given = {**HELPER, "groupName": f"{kind}_information"}
    connection.ask(properties.create, kind, given, read=ignored)
    company.org.update(kind, str(line.id), {"hubspot_owner_id": ""})
    assert privacy(company) == {"who owns statements and lines": False, "what makes an owner": False, **by_hand}

    company.org.update(kind, str(line.id), {"hubspot_owner_id": owner})
    connection.ask(properties.archive, kind, "helper", read=ignored)
    assert privacy(company)["what makes an owner"]


def privacy(company: Company) -> dict[str, bool]:
    """What the checks say."""
    return {check.name: check.ok for check in examine_privacy(company.configuration(), company.sandbox.credentials)}


def test_what_was_paid_shows_divided_over_plans_and_by_currency(
    published: Callable[[str], Past], tiny: World, tmp_path: Path
) -> None:
    """The payroll in whole; then a further payment and a correction, from a file."""
    with again(published("hubspot"), tiny, tmp_path) as company:
        enrol_in_two_more(company)
        company.cycle()
        period = min(each["period"] for each in rows(company, STATEMENT.name))
        signed = Signed(ADMIN, None)
        close(company.configuration(), company.store(), period, lambda *_: signed, accepts_issues="a test")
        paid = pay(company, period, tmp_path)
        company.cycle()
        shown = shown_as_paid(company)
        assert {currency for *_, currency in paid} == {"USD", "EUR"}
        assert totals(shown) == paid
        assert {"ae", "bonus", "abroad"} <= {plan for *_, plan, _ in shown}
        assert shown == {key: due for key, due in became_payable(company, period).items() if due}

        payee = next(payee for payee, *_, currency in paid if currency == "EUR")
        eur, usd = (payee, period, "EUR"), (payee, period, "USD")
        file = tmp_path / "part.csv"
        more = f"{payee},{period},10.01,USD,2026-11-20,PART,\n{payee},{period},-0.01,EUR,2026-11-20,BACK,a cent\n"
        file.write_text(f"payee,period,amount,currency,paid_on,reference,reason\n{more}", encoding="utf-8")
        import_payments(company.configuration(), company.store(), ADMIN, file)
        company.cycle()
        changed = {usd: paid[usd] + Decimal("10.01"), eur: paid[eur] - Decimal("0.01")}
        assert totals(shown_as_paid(company)) == paid | changed


def enrol_in_two_more(company: Company) -> None:
    """Everybody of one plan has a second one in the same currency, and a third in another."""
    ae = (company.folder / "plans/ae.yaml").read_text(encoding="utf-8")
    for name, currency in (("bonus", "USD"), ("abroad", "EUR")):
        text = ae.replace("plan: ae", f"plan: {name}").replace("currency: USD", f"currency: {currency}")
        text = text.replace("rate: 8%}", "rate: 3%}")
        (company.folder / f"plans/{name}.yaml").write_text(text, encoding="utf-8")
        known = (company.folder / "people/enrolments.csv").read_text(encoding="utf-8").splitlines(keepends=True)
        more = [line.replace(",ae,", f",{name},") for line in known if ",ae," in line]
        (company.folder / "people/enrolments.csv").write_text("".join([*known, *more]), encoding="utf-8")


Paid = dict[tuple[str, str, str, str], Decimal]


def shown_as_paid(company: Company) -> Paid:
    """What the portal says was paid, by payee, period, plan and currency."""
    every = {_known_by(each): Decimal(each["paid"]) for each in rows(company, STATEMENT.name)}
    return {key: paid for key, paid in every.items() if paid}


def became_payable(company: Company, period: str) -> Paid:
    """What the portal says became payable in a period."""
    return {
        _known_by(each): Decimal(each["payable"]) for each in rows(company, STATEMENT.name) if each["period"] == period
    }


def _known_by(row: dict[str, str]) -> tuple[str, str, str, str]:
    return row["payee"], row["period"], row["plan"], row["currency"]


def totals(shown: Paid) -> dict[tuple[str, str, str], Decimal]:
    """The same over all plans."""
    found: dict[tuple[str, str, str], Decimal] = defaultdict(Decimal)
    for (payee, period, _, currency), paid in shown.items():
        found[payee, period, currency] += paid
    return dict(found)


def own_amounts(company: Company) -> dict[str, set[Decimal]]:
    """By owner, the amounts that stand in a line of this owner and in no line of anybody else's, nor in a deal."""
    theirs: dict[str, set[Decimal]] = defaultdict(set)
    around: dict[str, set[Decimal]] = defaultdict(set)
    for line in rows(company, LINE.name):
        theirs[line["hubspot_owner_id"]] |= numbers(line["amount"])
    for name in (LINE.name, STATEMENT.name):
        for row in rows(company, name):
            around[row["hubspot_owner_id"]] |= numbers(str(row))
    common = numbers(str([each.values for each in company.org.records("deals")]))
    found = {
        owner: own - common - set().union(*(other for name, other in around.items() if name != owner))
        for owner, own in theirs.items()
    }
    return {owner: own for owner, own in found.items() if own}


def read_by(company: Company, user: str) -> set[Decimal]:
    """Every number that a user finds in statements, lines and deals."""
    names = [object_of(company, STATEMENT.name), object_of(company, LINE.name), "deals"]
    return set().union(*(numbers(str(company.org.seen_by(user, name))) for name in names))


def leaks(company: Company, amounts: dict[str, set[Decimal]]) -> set[tuple[str, str]]:
    """Who read an amount of whom."""
    seen = {user: read_by(company, user) for user in amounts}
    return {(user, of) for user in amounts for of in amounts.keys() - {user} if amounts[of] & seen[user]}
