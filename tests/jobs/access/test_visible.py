"""What each role sees: a payee own rows, a manager the tree of the day, and nobody learns who or what else there is."""

from __future__ import annotations

import ast
import inspect
import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import date

import polars as pl
import pytest
from typer.testing import CliRunner, Result

import worker
from engine.documents.company import company as documents
from engine.documents.company.access import Duty
from engine.money import format_amount
from jobs.access.acknowledging import acknowledge
from jobs.access.actor import Actor
from jobs.access.errors import NotYours
from jobs.access.visible import MAY, Sight, may_do, sight_of
from jobs.answers import blame, explain_deal
from jobs.preview import preview
from jobs.reports.roster import roster
from jobs.statements.everybody import statements, summary
from jobs.statements.told import statement
from jobs.who import NotFound
from sandbox.world import World
from store import audit, results
from tests.jobs.conftest import CREDENTIALS, Company, Past, again, all_seen

HOUSE = documents.Company(company="House", zone="UTC", currency="USD")
JAN, JUL, DAY = date(2026, 1, 1), date(2026, 7, 1), date(2026, 11, 20)
LINES = (
    ("ada", "bo", JAN, JUL),
    ("ada", "cy", JUL, None),
    ("bo", "vp", JAN, None),
    ("cy", "vp", JAN, None),
    ("vp", "ada", JAN, None),
)
"""Ada changed teams in July; the last line closes a circle."""


def actor(person_id: str | None, *roles: Duty) -> Actor:
    return Actor("login", "login", "Name", person_id, frozenset(roles))


@pytest.mark.parametrize(
    ("who", "roles", "on", "seen"),
    [
        ("ada", ("payee",), JUL, {"ada"}),
        ("bo", ("manager",), date(2026, 6, 30), {"bo", "ada", "vp", "cy"}),
        ("bo", ("manager",), JUL, {"bo"}),
        ("cy", ("manager",), JUL, {"cy", "ada", "vp", "bo"}),
        ("bo", ("payee",), date(2026, 6, 30), {"bo"}),
        ("vp", ("manager", "payee"), date(2025, 12, 31), {"vp"}),
        (None, ("manager", "payee"), JUL, set()),
        ("ada", (), JUL, set()),
        (None, ("auditor",), JUL, {"ada", "bo", "cy", "vp", "nobody"}),
        ("ada", ("payee", "finance"), JUL, {"ada", "bo", "cy", "vp", "nobody"}),
    ],
)
def test_what_is_seen_follows_from_role_and_day(
    who: str | None, roles: tuple[Duty, ...], on: date, seen: set[str]
) -> None:
    people = ("ada", "bo", "cy", "vp", "nobody")

    shown = Sight(actor(who, *roles), LINES, HOUSE, DAY).on(on)
    assert {person for person in people if shown.shows(person)} == seen


def test_every_command_says_what_it_is_and_that_is_allowed_to_somebody() -> None:
    """A command that opens the store names its action, and the action has its roles."""
    free = {"init", "sandbox", "demo"}
    callbacks = [command.callback for command in worker.app.registered_commands]
    named = {callback.__name__: list(_actions(callback)) for callback in callbacks if callback is not None}

    assert {name for name, actions in named.items() if not actions} == free
    assert {action for actions in named.values() for action in actions} <= MAY.keys()


def _actions(callback: object) -> Iterator[str]:
    """The texts that a command gives when it opens the store; one that it completes stands for all that begin so."""
    for node in ast.walk(ast.parse(inspect.getsource(callback))):  # type: ignore[arg-type]
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id in {"opened", "unopened", "asked", "wired"}
        ):
            texts = [part.value for part in ast.walk(node.args[1]) if isinstance(part, ast.Constant)]
            begun = isinstance(node.args[1], ast.JoinedStr)
            yield from (action for action in MAY if action.startswith(texts[0])) if begun else texts


@pytest.mark.parametrize("role", ["payee", "manager"])
def test_who_sees_only_some_asks_about_payees_disputes_and_does_nothing_else(role: Duty) -> None:
    allowed = {action for action in MAY if may_do(actor("ada", role), action)}

    questions = ("statement", "statements", "summary", "explain", "blame", "people", "preview", "acknowledge")
    decides = {"approve-statements"} if role == "manager" else set()
    assert allowed == {*questions, "dispute list", "dispute open", *decides}


@pytest.fixture(scope="module")
def paid(past: Past, small: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A company with a year of pay, and a plan edit that a preview would show."""
    with again(past, small, tmp_path_factory.mktemp("paid")) as made:
        made.edit("plans/ae.yaml", lambda text: text.replace("rate: 8%}", "rate: 9%}"))
        yield made


ACCESS = """\
people:
  - {{login: root, name: The daemon, roles: [admin]}}
  - {{login: ada, name: Ada Brandt, email: {email}, roles: [payee]}}
"""


def ask(paid: Company, *words: str, actor: str) -> Result:
    """Run a command as somebody."""
    given = {**CREDENTIALS, "TALLYSTICK_ACTOR": actor}
    return CliRunner().invoke(worker.app, [*words, "--config", str(paid.folder)], env=given)


def everything_shown(paid: Company, sight: Sight, only: str) -> str:
    """All that somebody with this sight can get out of the store about payees, whatever is asked."""
    configuration, store = paid.configuration(), paid.store()
    said: list[object] = []
    with store.read() as conn:
        lines = results.lines_of(conn, None)
        for deal in lines["deal_id"].drop_nulls().unique().sort()[:40]:
            with suppress(NotFound):
                said += [explain_deal(conn, deal, configuration, sight), blame(conn, deal, sight)]
        newest = lines.group_by("payee_id").agg(pl.col("period").max())
        own = lines.filter(payee_id=only).select("payee_id", "period").unique()
        for payee, period in pl.concat([newest, own]).unique().iter_rows():
            with suppress(NotFound):
                said.append(statement(conn, payee, period, configuration, sight=sight))
        said.append(roster(conn, configuration, DAY, sight.on(DAY)))
        for period in own["period"].unique().sort()[-2:]:
            with suppress(NotFound):
                said += [summary(conn, period, configuration, sight), *statements(conn, period, configuration, sight)]
    said.append(preview(configuration, store, paid.clock, sight))
    return json.dumps(said, default=str, ensure_ascii=False)


def own_amounts(paid: Company) -> dict[str, set[str]]:
    """By payee, the amounts of lines that nobody else has."""
    with paid.store().read() as conn:
        lines = results.lines_of(conn, None).filter(pl.col("amount_micros").abs() > 10_000_000)
    alone = lines.filter(pl.col("payee_id").n_unique().over("amount_micros") == 1)
    found: dict[str, set[str]] = {}
    for payee, amount, currency in alone.select("payee_id", "amount_micros", "currency").iter_rows():
        found.setdefault(payee, set()).add(f'"{format_amount(amount, currency)}"')
    return found


def test_a_unique_amount_is_never_seen_by_another(paid: Company) -> None:
    """Whatever a payee asks, no amount that only a colleague has is in the answers, and own ones are."""
    amounts = own_amounts(paid)
    rep = max(amounts, key=lambda payee: len(amounts[payee]))
    with paid.store().read() as conn:
        sight = sight_of(actor(rep, "payee"), conn, paid.configuration().rules.company, paid.clock())

    shown = everything_shown(paid, sight, rep)

    assert [payee for payee, theirs in amounts.items() if any(amount in shown for amount in theirs)] == [rep]
    assert all(amount in shown for amount in amounts[rep])


def test_an_answer_does_not_tell_nobody_from_somebody_else(paid: Company) -> None:
    """The same words and the same exit code; what was refused is in the audit log."""
    with paid.store().read() as conn:
        people = {
            row["payee"]: row
            for row in roster(conn, paid.configuration(), DAY, all_seen(paid.configuration()).on(DAY))[0]
        }
        emails = dict(conn.exec_driver_sql("SELECT person_id, email FROM person").fetchall())
        deals = results.lines_of(conn, None).select("payee_id", "deal_id")
    rep, other = [payee for payee in people if deals.filter(payee_id=payee).height][:2]
    theirs = set(deals.filter(payee_id=other)["deal_id"]) - set(deals.filter(payee_id=rep)["deal_id"])
    paid.edit("access.yaml", lambda _: ACCESS.format(email=emails[rep]))

    someone = ask(paid, "statement", emails[other], actor="ada")
    nobody = ask(paid, "statement", "nobody@x.example", actor="ada")
    of_another = ask(paid, "explain", sorted(theirs)[0], actor="ada")
    of_nobody = ask(paid, "explain", "006000000000000AAA", actor="ada")
    refused = ask(paid, "status", actor="ada")
    plan = json.loads(ask(paid, "statement", emails[rep], "--json", actor="ada").stdout)["plans"][-1]
    agreed = ask(paid, "acknowledge", plan["plan"], actor="ada")
    own = ask(paid, "statement", emails[rep], actor="ada")
    no_plan = ask(paid, "acknowledge", "no-such-plan", actor="ada")
    stranger = ask(paid, "statement", emails[rep], actor="mallory")

    assert own.exit_code == 0
    assert f"You have acknowledged {plan['plan']}, version " in agreed.output
    assert "You are in no plan 'no-such-plan' today" in no_plan.output
    assert someone.output.replace(emails[other], "X") == nobody.output.replace("nobody@x.example", "X")
    assert of_another.output.replace(sorted(theirs)[0], "X") == of_nobody.output.replace("006000000000000AAA", "X")
    assert {answer.exit_code for answer in (someone, nobody, of_another, of_nobody, refused, stranger)} == {1}
    assert "status is for admin or auditor or finance; ada has the role payee." in refused.output
    with paid.store().read() as conn:
        noted = [(entry.login, entry.action, entry.subject) for entry in audit.entries(conn)]
    assert noted == [
        ("mallory", "refused", "statement"),
        ("ada", "refused", "acknowledge"),
        ("ada", "acknowledge", rep),
        ("ada", "refused", "status"),
    ]


def test_whoever_is_nobody_in_the_crm_has_no_plan_to_acknowledge(company: Company) -> None:
    """Such as the daemon's own user: refused without asking for the enrolments of nobody."""
    store = company.store()
    with store.write() as conn, pytest.raises(NotYours, match="in no plan 'ae'"):
        acknowledge(conn, actor(None, "admin"), "ae", (), today=date(2026, 11, 2), now=store.clock())
