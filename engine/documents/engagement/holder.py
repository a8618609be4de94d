"""Who fills a role by its name in a document: a role, the owner of a record, or who steps in for it."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, StrictStr, ValidationInfo, WithJsonSchema
from pydantic.json_schema import JsonSchemaValue

from engine.documents.document import Reading
from engine.documents.problems import nearest, wrong

RECORD_OWNERS = ("deal_owner", "account_owner", "signing_owner")
"""Holders that the CRM's own records name; the last owns the deal that began the customer's running relationship."""
MANAGER_OF = "manager_of_"
NOBODY = "nobody"


def _holder(name: str, info: ValidationInfo) -> str:
    """A role of this file, or the owner of a record."""
    roles = info.context.names.get("role") if isinstance(info.context, Reading) else None
    if roles is not None and name not in RECORD_OWNERS and name not in roles:
        remedy = f"{nearest(name, [*roles, *RECORD_OWNERS])} Every role needs an entry in vacancies."
        raise wrong(f"no role is called {name}.", remedy)
    return name


def _stand_in(name: str, info: ValidationInfo) -> str:
    """A holder, or a holder's manager."""
    if name == NOBODY:
        raise wrong("nobody cannot be one of several.", "Write nobody alone, or leave it out of the list.")
    _holder(name.removeprefix(MANAGER_OF), info)
    return name


HOLDER_SCHEMA: JsonSchemaValue = {"type": "string", "title": "role, deal_owner, account_owner or signing_owner"}
VACANCY_SCHEMA: JsonSchemaValue = {
    "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}],
}
Holder = Annotated[StrictStr, AfterValidator(_holder), WithJsonSchema(HOLDER_SCHEMA)]
StandIn = Annotated[StrictStr, AfterValidator(_stand_in)]
