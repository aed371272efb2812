"""Where the names of countries differ from Unicode CLDR. After a change run `python -m tests.tooling.freeze_countries`.

That writes countries.json, from which countries.py takes the name in each language; a test fails until it is done.
"""

from typing import Final

# CLDR abbreviates for maps; the longer form first where one contains the other.
SPELLED_OUT: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "en": (("&", "and"),),
    "ru": (("о-ва", "острова"), ("о-в", "остров"), ("Св.", "Святой")),
    "ky": (),
}

# (language, code) → the name we print instead of CLDR's, and above each group the reason.
OVERRIDES: Final[dict[tuple[str, str], str]] = {
    # «Киргизия» is resented in the country; its own constitution, in Russian too, says «Кыргызстан».
    ("ru", "KG"): "Кыргызстан",
    # «Белоруссия» and «Молдавия» are resented alike. CLDR agrees today; pinned, so that an upgrade cannot change it.
    ("ru", "BY"): "Беларусь",
    ("ky", "BY"): "Беларусь",
    ("ru", "MD"): "Молдова",
    ("ky", "MD"): "Молдова",
    # CLDR says just "United States" in both; the abbreviation is how people there write it.
    ("ru", "US"): "США",
    ("ky", "US"): "АКШ",
    # Map labels ("Congo - Kinshasa") that nobody prints as the country of an organisation.
    ("en", "CD"): "Democratic Republic of the Congo",
    ("ru", "CD"): "Демократическая Республика Конго",
    ("ky", "CD"): "Конго Демократиялык Республикасы",
    ("en", "CG"): "Republic of the Congo",
    ("ru", "CG"): "Республика Конго",
    ("ky", "CG"): "Конго Республикасы",
    # A second name in brackets is no use in a list. "Burma" is still read, by the aliases.
    ("en", "MM"): "Myanmar",
    ("ru", "MM"): "Мьянма",
    ("ky", "MM"): "Мьянма",
    # The administrative status is not part of the name that organisations there print.
    ("en", "HK"): "Hong Kong",
    ("ru", "HK"): "Гонконг",
    ("ky", "HK"): "Гонконг",
    ("en", "MO"): "Macao",
    ("ru", "MO"): "Макао",
    ("ky", "MO"): "Макао",
    # ISO 3166-1 lists the State of Palestine; CLDR's own short form.
    ("en", "PS"): "Palestine",
    ("ru", "PS"): "Палестина",
    ("ky", "PS"): "Палестина",
    # Its article is part of the name.
    ("en", "VC"): "St. Vincent and the Grenadines",
    # A comma inside a name breaks a list of countries joined by commas.
    ("ru", "BQ"): "Карибские Нидерланды",
    # Renamed in 2018; CLDR's Kyrgyz did not follow.
    ("ky", "SZ"): "Эсватини",
}
