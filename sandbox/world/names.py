"""Words the generated company is made of, chosen to be hard on careless code."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from random import Random

FIRST_NAMES = {
    "Ada": "ada", "Grace": "grace", "Zoë": "zoe", "Łukasz": "lukasz", "Søren": "soren", "Priya": "priya",
    "Chloé": "chloe",
    "Mateo": "mateo", "Yuki": "yuki", "Aisling": "aisling", "Tomáš": "tomas", "Ngozi": "ngozi", "Björn": "bjorn",
    "Elif": "elif", "Omar": "omar", "Hana": "hana", "Kwame": "kwame", "Ingrid": "ingrid", "José": "jose", "Mei": "mei",
    "Noah": "noah", "Siobhán": "siobhan", "Ravi": "ravi", "Freya": "freya",
}  # fmt: skip
"""First name -> its part of the e-mail address."""
LAST_NAMES = {
    "Lovelace": "lovelace", "O'Brien": "obrien", "Nguyễn": "nguyen", "Müller": "mueller", "Kowalski": "kowalski",
    "García Márquez": "garciamarquez", "van der Berg": "vanderberg", "Østergaard": "ostergaard", "Tanaka": "tanaka",
    "D'Angelo": "dangelo", "Smith-Jones": "smith-jones", "Okafor": "okafor", "Çelik": "celik", "Ivanova": "ivanova",
    "Dubois": "dubois", "Patel": "patel", "Hopper": "hopper", "Žižka": "zizka", "Haddad": "haddad", "Kim": "kim",
    "Andersson": "andersson", "Silva": "silva", "MacLeod": "macleod", "Chen": "chen",
}  # fmt: skip
"""Last name -> its part of the e-mail address."""
HARD_ACCOUNT_NAMES = (
    "NA", "None", 'O\'Neill & Sons "The Best"', "株式会社みなと", "Müller, Søn & Łoś", "null", "L'Été — Crémerie",
    "Ωmega <Holdings>", "100% Organic; Ltd", "مرساة للشحن", "TRUE", "007", "Back\\slash Co", "Emoji 🚢 Freight",
)  # fmt: skip
"""Names that break CSV quoting, SOQL quoting, missing-value guesses and encodings. All are customers."""
ACCOUNT_HEADS = (
    "Acorn", "Beacon", "Cobalt", "Drift", "Ember", "Falcon", "Granite", "Harvest", "Indigo", "Juniper", "Kestrel",
    "Lumen",
    "Meridian", "Northwind", "Orchard", "Pioneer", "Quarry", "Ridge", "Summit", "Tidewater", "Umbra", "Vertex",
    "Willow",
    "Zephyr", "Çınar", "Fjord",
)  # fmt: skip
ACCOUNT_TAILS = (
    "Foods", "Logistics", "Health", "Bank", "Energy", "Robotics", "Media", "Insurance", "Textiles", "Pharma", "Telecom",
    "Mobility", "Hotels", "Systems", "Mining", "Schools",
)  # fmt: skip
INDUSTRIES = (
    "Agriculture",
    "Banking",
    "Education",
    "Energy",
    "Finance",
    "Healthcare",
    "Manufacturing",
    "Retail",
    "Technology",
)
COUNTRIES = {
    "AMER": (("United States", "USD"), ("United States", "USD"), ("Canada", "USD"), ("Mexico", "USD")),
    "EMEA": (("Germany", "EUR"), ("France", "EUR"), ("United Kingdom", "GBP"), ("Poland", "EUR"), ("Türkiye", "USD")),
    "APAC": (("Japan", "JPY"), ("Australia", "USD"), ("Singapore", "USD")),
    "LATAM": (("Argentina", "USD"),),
}
"""Countries of a region and the currency its customers buy in."""
STATES = {"United States": ("California", "New York", "Texas", "Ohio"), "Canada": ("Ontario", "Québec")}
PATCHES = {
    "AMER": ("AMER East", "AMER West", "AMER Central", "AMER South", "AMER North"),
    "EMEA": ("EMEA DACH", "EMEA UK & Ireland", "EMEA South", "EMEA Nordics", "EMEA East"),
    "APAC": ("APAC Japan", "APAC ANZ", "APAC South-East"),
}
"""Sales territories of a region; more of them are numbered."""
NOTES = (
    'Asked for "net 60".\nLegal said: no, 30 days.\r\nClosed anyway.',
    "Champion left\n\n\tsee e-mail thread; keep commas, quotes ' and \" as they are",
    "価格は税別\n次回更新時に再交渉",
)


def people_names(rng: Random) -> Iterator[tuple[str, str, str]]:
    """First name, last name and e-mail address, never the same address twice."""
    pairs = [(first, last) for first in FIRST_NAMES for last in LAST_NAMES]
    rng.shuffle(pairs)
    for turn in count():
        for first, last in pairs:
            number = str(turn + 1) if turn else ""
            yield first, last, f"{FIRST_NAMES[first]}.{LAST_NAMES[last]}{number}@harbour.example"


def account_names(rng: Random) -> Iterator[str]:
    """Names of customers, the hard ones first, so that every world has them."""
    yield from HARD_ACCOUNT_NAMES
    pairs = [f"{head} {tail}" for head in ACCOUNT_HEADS for tail in ACCOUNT_TAILS]
    rng.shuffle(pairs)
    for turn in count():
        for name in pairs:
            yield f"{name} {turn + 1}" if turn else name
