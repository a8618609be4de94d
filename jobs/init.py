"""Init: a commented config folder to start from, made of the files that the tests run with."""

from __future__ import annotations

import shutil
from pathlib import Path

from jobs.settings import SettingsProblem

USUAL = "config"
TEMPLATES = ("*.yaml", "engagement/*.yaml", "plans/*.yaml", "mapping/*.yaml", "schema/*.json")

PEOPLE_FILES = {
    "people/roles.csv": "payee,role,scope,value,from,until",
    "people/reporting.csv": "payee,manager,from,until",
    "people/enrolments.csv": "payee,plan,from,until",
    "people/quotas.csv": "payee,quota,from,until,amount",
    "people/people.csv": "payee,from,until,base_salary,ote,variable,currency",
    "people/leave.csv": "payee,from,until,protected",
    "people/results.csv": "payee,result,from,until,value",
    "people/events.csv": "deal,event,on,amount",
    "lists/named_accounts.csv": "account,from,until",
}
"""Header of each CSV file that RevOps keeps in a spreadsheet."""


def write_folder(templates: Path, folder: Path) -> list[str]:
    """Copy the templates and write the empty people files; never over something that is there."""
    if folder.exists() and any(folder.iterdir()):
        raise SettingsProblem(f"{folder} is not empty; name a folder that does not exist yet.")
    written = []
    for source in sorted(path for pattern in TEMPLATES for path in templates.glob(pattern)):
        name = source.relative_to(templates)
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / name)
        written.append(name.as_posix())
    _own_database(folder)
    return written + write_files(folder, {name: header + "\n" for name, header in PEOPLE_FILES.items()})


def _own_database(folder: Path) -> None:
    """A folder of another name than the usual one gets a database of that name: a trial shares none with the real."""
    name = folder.resolve().name
    if name != USUAL:
        settings = folder / "tallystick.yaml"
        text = settings.read_text(encoding="utf-8")
        settings.write_text(text.replace("tallystick.db", f"{name}.db", 1), encoding="utf-8")


def write_files(folder: Path, texts: dict[str, str]) -> list[str]:
    """Write text files below the folder."""
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return sorted(texts)


def fill_files(folder: Path, texts: dict[str, str]) -> list[str]:
    """Write text files below the folder where there is none yet or an empty one; what a person has filled in stays."""
    for name, text in texts.items():
        file = folder / name
        if file.exists() and file.read_text(encoding="utf-8") not in {PEOPLE_FILES.get(name, "") + "\n", text}:
            raise SettingsProblem(f"{file} has been filled in already, and is not written over; name another folder.")
    return write_files(folder, texts)
