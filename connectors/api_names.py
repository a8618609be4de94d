"""API names of the CRM as files write them."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, StrictStr

from engine.documents.problems import shown, wrong

IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,79}")
"""An API name. Names from files never reach a query unless they match this and the org describes them."""


def api_name(name: str) -> str:
    """The name, if it can be one."""
    if not IDENTIFIER.fullmatch(name):
        raise wrong(f"{shown(name)} is not an API name.", "Write the API name, such as Segment__c, not the label.")
    return name


CrmName = Annotated[StrictStr, AfterValidator(api_name)]
