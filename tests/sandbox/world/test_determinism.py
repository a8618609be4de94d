"""The same arguments make the same world, whatever else the process does."""

import json
import random
from datetime import date

from sandbox.world import World, generate
from tests.sandbox.world.reading import world


def _bytes(made: World) -> bytes:
    return json.dumps([made.document, made.people, made.answer_key]).encode()


def test_same_seed_gives_identical_bytes():
    random.seed(1)
    first = _bytes(generate(3, 250))
    random.seed(2)

    assert first == _bytes(generate(3, 250))


def test_generation_leaves_global_randomness_alone():
    random.seed(5)
    before = random.getstate()
    generate(1, 50)

    assert random.getstate() == before


def test_another_seed_gives_another_company():
    assert _bytes(generate(3, 250)) != _bytes(generate(4, 250))


def test_history_ends_before_until():
    made = generate(3, 250, until=date(2026, 5, 1))
    closed = [deal["CloseDate"] for deal in made.document["opportunities"] if deal["IsClosed"]]

    assert max(closed) < "2026-05-01"
    assert min(closed) >= "2023-02-01"


def test_company_is_about_as_large_as_asked():
    for deals in (200, 600, 2000):
        made = world(7, deals)

        assert deals <= len(made.document["opportunities"]) <= deals + 30 + deals // 100


def test_people_scale_with_deals():
    assert 12 <= len(world(7, 200).document["users"]) <= 24
    assert 20 <= len(world(7, 600).document["users"]) <= 34
