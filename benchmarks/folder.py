"""A config folder for a benchmark: the template's field mapping, one plan, one rule, and who is on the plan."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from benchmarks.compute_case import COMPANY, PLAN, YEAR
from benchmarks.rotation import REPOSITORY
from jobs.init import write_files

MAPPING = "mapping/salesforce.yaml"
ENGAGEMENT = """\
rules_of_engagement: bench
title: Whoever owns the deal is credited
effective: {from: 2026-01-01, until: 2027-01-01}
rules:
  - id: everything
    when: {motion: [new_business, renewal, upsell, cross_sell]}
    owner: AE
    credit:
      - {to: AE, share: 100%}
otherwise: {hold: revops-review}
vacancies:
  AE: [deal_owner]
"""
SETTINGS = """\
crm: salesforce
database: sqlite:///tally.db
salesforce: {{my_domain: {address}}}
guard: {{changed_share: 100%, money_share: 100%, clawbacks: 1000000}}
"""
"""The guard would stop a change of a small book, where one payee's lines are a large share of all."""


def write_config(folder: Path, address: str, people: Sequence[tuple[str, int]]) -> Path:
    """Write `config/` into the folder; `people` are e-mail addresses with quotas in currency units."""
    enrolments = [f"{email},ae,{YEAR}-01-01,\n" for email, _ in people]
    quotas = [f"{email},new_acv,{YEAR}-01-01,{YEAR + 1}-01-01,{quota}\n" for email, quota in people]
    files = {
        "tallystick.yaml": SETTINGS.format(address=address),
        "company.yaml": COMPANY,
        "plans/ae.yaml": PLAN,
        "engagement/bench.yaml": ENGAGEMENT,
        "people/enrolments.csv": "payee,plan,from,until\n" + "".join(enrolments),
        "people/quotas.csv": "payee,quota,from,until,amount\n" + "".join(quotas),
    }
    config = folder / "config"
    write_files(config, files)
    (config / MAPPING).parent.mkdir()
    shutil.copyfile(REPOSITORY / "config" / MAPPING, config / MAPPING)
    return config
