"""What a CRM refuses of statements: parked in the admin's own words, named for people, mended once it can be.

All failures of a CRM happen to one company at once, each to another statement: whoever is not concerned goes on.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import pytest

from connectors.pay_objects import PAY_OBJECTS
from connectors.pay_records import PayObject
from engine.model import Issue
from jobs.status import open_issues, status
from sandbox.hubspot.errors import ApiError, InvalidValue, invalid_values, validation
from sandbox.salesforce.schema import Field
from sandbox.world import World
from tests.jobs.conftest import Company, Past, again

CRMS = ("salesforce", "hubspot")
Row = dict[str, Any]
Says = tuple[str, str]
"""The code of a failure, and what must be told of the CRM's own words."""

BATCHES = {"salesforce": "connectors.salesforce.target.BATCH", "hubspot": "connectors.hubspot.batches.BATCH"}
AT_ONCE = 3
REFUSED: Mapping[str, Mapping[str, Says]] = {
    "salesforce": {
        "validation rule": ("FIELD_CUSTOM_VALIDATION_EXCEPTION", "Ask Finance first."),
        "approval": ("ENTITY_IS_LOCKED", "the entity is locked for editing"),
        "record type": ("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "restricted picklist field: Current (Status__c)"),
        "required": ("REQUIRED_FIELD_MISSING", "Required fields are missing: [Region__c]"),
    },
    "hubspot": {
        "validation rule": ("VALIDATION_ERROR", "Ask Finance first."),
        "option": ("INVALID_OPTION", "INVALID_OPTION (status)"),
        "length": ("INVALID_STRING_LENGTH", "INVALID_STRING_LENGTH (reason)"),
        "required": ("MISSING_CONDITIONAL_REQUIRED_PROPERTY", "region must be filled in first"),
    },
}
FULL = {"salesforce": "STORAGE_LIMIT_EXCEEDED", "hubspot": "RECORD_LIMIT"}


@dataclass
class Story:
    """A company in a CRM that refuses, and what was seen on the way."""

    company: Company
    refusing: bool = True
    full: bool = False
    asked: int = 0
    """How many new records the full CRM was asked to take."""
    victims: dict[str, Row] = field(default_factory=dict)
    issues: dict[str, list[Issue]] = field(default_factory=dict)
    """What waits for a person, by the day."""
    statuses: dict[str, Mapping[str, str]] = field(default_factory=dict)
    """What each statement says of itself, by the day."""
    sent: dict[str, list[Mapping[str, int]]] = field(default_factory=dict)
    """What each cycle of a day wrote."""
    shown: dict[str, Row] = field(default_factory=dict)
    deleted: list[Row] = field(default_factory=list)

    @property
    def crm(self) -> str:
        """Which CRM it is."""
        return self.company.sandbox.crm

    @property
    def statement(self) -> PayObject:
        """The object of statements."""
        return PAY_OBJECTS[self.crm].statement

    @property
    def line(self) -> PayObject:
        """The object of lines."""
        return PAY_OBJECTS[self.crm].line

    def name(self, record: PayObject) -> str:
        """What the CRM itself calls an object of ours."""
        return record.name if self.crm == "salesforce" else f"p{self.company.org.id}_{record.name}"

    def rows(self, record: PayObject) -> list[Row]:
        """The records that there are, by our own words; a line's statement by its key."""
        org = self.company.org
        if self.crm == "salesforce":
            found = [row for row in org.rows(record.name) if not row["IsDeleted"]]
        else:
            found = [{**each.values, "Id": str(each.id)} for each in org.records(self.name(record))]
        rows = [{word: row.get(name) for word, name in record.fields.items()} | {"id": row["Id"]} for row in found]
        return [row | {"key": each[record.key]} for row, each in zip(rows, found, strict=True)]

    def lines_of(self, statement: Row) -> list[Row]:
        """The lines of a statement that are earned."""
        parent = statement["id"] if self.crm == "salesforce" else statement["key"]
        own = [row for row in self.rows(self.line) if row["statement"] == parent]
        return [row for row in own if row["projected"] in (False, "false")]

    def cycle(self, day: str) -> None:
        """One cycle; what is seen last counts for the day."""
        self.sent.setdefault(day, []).append(self.company.cycle().sent)
        with self.company.store().read() as conn:
            self.issues[day] = open_issues(conn, self.company.configuration())
        self.shown[day] = status(self.company.store(), self.company.configuration())
        self.statuses[day] = {row["key"]: row["status"] for row in self.rows(self.statement)}

    def told(self, day: str, code: str) -> list[Issue]:
        """The issues of a day whose code, or whose code of the CRM, this is."""
        return [each for each in self.issues[day] if code == each.code or f"({code})" in each.message]


@pytest.fixture(scope="module", params=CRMS)
def story(
    request: pytest.FixtureRequest,
    published: Callable[[str], Past],
    tiny: World,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Story]:
    """Three days: refusals and a flow; the refusals mended, but no room for new records; all is well."""
    with again(published(request.param), tiny, tmp_path_factory.mktemp("failures")) as company:
        made = Story(company)
        company.edit("tallystick.yaml", lambda text: text.replace("100%}", "100%, edits_take_back: true}"))
        choose(made)
        refuse(made)
        company.edit("plans/ae.yaml", lambda text: text.replace("rate: 8%}", "rate: 9%}"))
        for _ in range(2):
            made.cycle("refusing")
            overwritten(made)
        mend(made)
        with too_full(made):
            for _ in range(2):
                made.cycle("full")
                overwritten(made)
        for day in ("mended", "later"):
            company.clock.forward(days=1)
            made.cycle(day)
        yield made


def choose(story: Story) -> None:
    """A line of its own statement for each failure, all of one plan, so that one edit changes all of them."""
    ours = [*REFUSED[story.crm], "locked", "overwritten"]
    by_statement: dict[str, Row] = {}
    for row in sorted(story.rows(story.line), key=lambda row: row["key"]):
        if row["component"] == "base" and row["kind"] == "commission" and row["projected"] in (False, "false"):
            by_statement.setdefault(row["statement"], row)
    of_ae = {
        row["id"] if story.crm == "salesforce" else row["key"]
        for row in story.rows(story.statement)
        if row["plan"] == "ae"
    }
    story.victims = dict(zip(ours, [row for key, row in by_statement.items() if key in of_ae], strict=False))
    assert len(story.victims) == len(ours)


def refuse(story: Story) -> None:
    """Let each failure befall its own line."""
    org, name = story.company.org, story.name(story.line)
    keys = {failure: row["key"] for failure, row in story.victims.items()}
    org.faults.add("lock_row", id=story.victims["locked"]["id"])
    for failure, (code, words) in REFUSED[story.crm].items():
        hit = hits(story, keys[failure])
        if story.crm == "hubspot" and failure == "required":
            org.demand(name, "region", when=(story.line.key, keys[failure]))
        elif story.crm == "hubspot":
            org.refuse(name, lambda values, _, hit=hit: hit(values), in_hubspot(failure, code, words))
        elif failure == "required":
            org.schema.add_field(name, REGION)
            others = [row["id"] for row in story.rows(story.line) if row["key"] != keys[failure]]
            for each in others:
                org.poke(name, each, {REGION.name: "North"})
        else:
            org.refuse(
                name, hit, code, words.removesuffix(" (Status__c)"), *(["Status__c"] if "Status" in words else [])
            )


REGION = Field(name="Region__c", type="string", label="Region", length=80, required=True)


def hits(story: Story, key: str) -> Callable[[Mapping[str, Any]], bool]:
    """Whether a record is the one that is refused, as long as anything is."""
    return lambda row: story.refusing and row[story.line.key] == key


def in_hubspot(failure: str, code: str, words: str) -> ApiError:
    """How HubSpot says so; the value that it names must not be told."""
    if failure == "validation rule":
        return validation(words)
    (field_,) = re.findall(r"\((\w+)\)", words)
    return invalid_values(1, [(field_, InvalidValue(code, "4711.11 is not allowed"))])


def overwritten(story: Story) -> None:
    """A workflow sets an amount to its own liking after each write of ours."""
    row = story.victims["overwritten"]
    story.company.org.update(story.name(story.line), row["id"], {story.line.fields["amount"]: "1"})


def mend(story: Story) -> None:
    """A day later an administrator has mended all of it."""
    org = story.company.org
    story.refusing = False
    org.faults.clear()
    if story.crm == "salesforce":
        org.schema.add_field(story.line.name, replace(REGION, required=False))
    else:
        org.demands.clear()
    story.company.clock.forward(days=1)


@contextmanager
def too_full(story: Story) -> Iterator[None]:
    """There is no room for new records, just as somebody has deleted some; a few go into one request."""
    org, name = story.company.org, story.name(story.line)
    spared = {row["statement"] for row in story.victims.values()}
    story.deleted = [row for row in story.rows(story.line) if row["statement"] not in spared][: 4 * AT_ONCE]
    for row in story.deleted:
        (org.delete if story.crm == "salesforce" else org.archive)(name, row["id"])
    story.full = True
    if story.crm == "salesforce":
        org.refuse(
            name,
            lambda row: is_new(story, row["Id"] not in org.tables[name].rows),
            FULL[story.crm],
            "storage limit exceeded",
        )
    else:
        problem = ApiError("LIMIT_EXCEEDED", "You have reached the limit of 1000000 records of custom objects.")
        org.refuse(name, lambda _, record_id: is_new(story, record_id is None), problem)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(BATCHES[story.crm], AT_ONCE)
        yield
    story.full = False


def is_new(story: Story, new: bool) -> bool:  # the predicate's own answer
    """Whether there is no room for the record; keeps count of who was asked for."""
    story.asked += story.full and new
    return story.full and new


@pytest.mark.parametrize("number", range(4))
def test_what_is_refused_is_parked_in_the_admins_words_and_named_for_people(story: Story, number: int) -> None:
    failure, (code, words) = list(REFUSED[story.crm].items())[number]
    (issue,) = story.told("refusing", code)

    assert words in issue.message
    assert "4711" not in issue.message
    named = re.fullmatch(rf"{story.line.name} of (\D+), plan ae, \d{{4}}-\d\d, base, deal (.+)", issue.subject)
    assert named is not None
    assert story.victims[failure]["key"] not in issue.subject
    parked = [each["subject"] for each in story.shown["refusing"]["parked"]]
    assert issue.subject in parked
    assert parked == sorted(parked)
    statement = next(
        row
        for row in story.rows(story.statement)
        if story.victims[failure]["key"] in {line["key"] for line in story.lines_of(row)}
    )
    assert story.statuses["refusing"][statement["key"]] == "Updating"
    assert story.told("full", code) == []
    assert story.statuses["mended"][statement["key"]] == "Open"


def test_a_locked_row_is_tried_again_with_growing_waits_and_all_else_goes_on(story: Story) -> None:
    first, second = story.sent["refusing"]
    assert first["retry"] == 1
    assert first["written"] > len(story.victims)
    assert second == {"retry": 1}
    assert not any(
        "LOCK" in each["code"] and "ENTITY" not in each["code"] for each in story.shown["refusing"]["parked"]
    )
    waiting = Counter(story.statuses["refusing"].values())
    assert waiting == {
        "Updating": len(REFUSED[story.crm]) + 1,
        "Open": len(story.statuses["refusing"]) - waiting["Updating"],
    }
    assert set(story.statuses["mended"].values()) == {"Open"}


def test_what_a_flow_overwrites_is_written_again_once_a_day_and_told(story: Story) -> None:
    assert story.told("refusing", "fields_overwritten") == []
    for day in ("full", "mended"):
        (told,) = story.told(day, "fields_overwritten")
        assert told.subject == story.line.name
        assert story.line.fields["amount"] in told.message
    assert story.told("later", "fields_overwritten") == []
    assert "written" not in story.sent["later"][0]


def test_a_full_crm_is_not_asked_again_and_again_and_what_it_has_is_changed(story: Story) -> None:
    (told,) = story.told("full", FULL[story.crm])
    assert told.code == "records_full"
    assert told.message.startswith(f"{len(story.deleted)} new records were not written, and no more are tried;")
    (shown,) = [each for each in story.shown["full"]["parked"] if each["code"] == FULL[story.crm]]
    assert (shown["subject"], shown["records"]) == (story.line.name, len(story.deleted))
    assert 0 < story.asked <= 3 * AT_ONCE < len(story.deleted)
    assert story.sent["full"][0]["written"] >= len(story.victims)
    assert story.sent["full"][1] == {}
    assert story.told("mended", FULL[story.crm]) == []
    assert {row["key"] for row in story.deleted} <= {row["key"] for row in story.rows(story.line)}


def test_in_the_end_every_statement_is_the_sum_of_its_lines(story: Story) -> None:
    for row in story.rows(story.statement):
        assert sum(Decimal(str(line["amount"])) for line in story.lines_of(row)) == Decimal(str(row["earned"])), row
