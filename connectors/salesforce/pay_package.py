"""The part of the set-up that statements and lines need: the source tree, fitted to the org and to the mapping."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from hashlib import blake2b

from connectors.mapping import Outcome
from connectors.salesforce.metadata import field
from connectors.salesforce.pay_records import PAY_RECORDS
from connectors.salesforce.permission_sets import PAYEE, Access, PermissionSet, grantable, readers, writer
from connectors.salesforce.source_tree import META, package_files, parsed, tag, written
from connectors.salesforce.xml_text import document

DEAL = "Opportunity"
GRANTABLE = frozenset({"Account", "Contract", DEAL, "Product2"})
"""Standard objects that a permission set can name; the others follow their parents or are open to all."""
DECIMALS = 2
MADE_HERE = (f"objects/{DEAL}.object", "permissionsets/")
"""Parts of the tree that depend on the mapping: the tree shows them for the mapping as it is shipped."""


def pay_files(decimals: int) -> Mapping[str, str]:
    """The tree without what depends on the mapping; money has as many decimals as the org's currencies need."""
    files = {path: text for path, text in package_files().items() if not path.startswith(MADE_HERE)}
    if decimals != DECIMALS:
        files |= {path: _with_decimals(files[path], decimals) for path in map(_file, PAY_RECORDS.keys)}
    return files


def people_sets(
    files: Mapping[str, str], deal_object: str, outcomes: Mapping[Outcome, str]
) -> tuple[PermissionSet, ...]:
    """The permission sets of people. The first says which package they came with, so that a newer one is noticed."""
    payee, *others = readers(deal_object, outcomes, grantable(files))
    return (replace(payee, description=f"{payee.description} Package {_mark(files)}."), *others)


def shown_in_tree(outcomes: Mapping[Outcome, str]) -> Mapping[str, str]:
    """What the tree shows of the parts that depend on the mapping: its files, for the mapping as it is shipped."""
    fields = {
        f"objects/{DEAL}/fields/{name}.field{META}": document("CustomField", field(name, outcome))
        for outcome, name in outcomes.items()
    }
    ours = grantable(pay_files(DECIMALS))
    access = Access((), tuple(f"{DEAL}.{name}" for name in outcomes.values()), tuple(sorted(GRANTABLE)), DEAL)
    sets = (writer(access, ours), *readers(DEAL, outcomes, ours))
    return {**fields, **{each.file + META: each.text() for each in sets}}


def marked(description: str) -> str:
    """What a permission set says of the package it came with."""
    return description.removeprefix(PAYEE.description)


def _mark(files: Mapping[str, str]) -> str:
    return blake2b("\0".join(map("\0".join, sorted(files.items()))).encode(), digest_size=6).hexdigest()


def _file(name: str) -> str:
    return f"objects/{name}.object"


def _with_decimals(text: str, decimals: int) -> str:
    root = parsed(text)
    for each in root.iterfind(tag("fields")):
        scale = each.find(tag("scale"))
        if each.findtext(tag("type")) == "Currency" and scale is not None:
            scale.text = str(decimals)
    return written(root)
