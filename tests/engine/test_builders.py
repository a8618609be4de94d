import doctest

import pytest

from engine import frames as f
from tests.engine import builders
from tests.engine.builders import frame


def test_the_example_of_the_builders_runs():
    assert doctest.testmod(builders) == (0, 2)


def test_a_column_that_the_schema_does_not_have_is_refused():
    with pytest.raises(KeyError, match="Deals has no \\['acv'\\]"):
        frame(f.Deals, [{"deal_id": "D1", "acv": 1}])
