"""Other names under which organisations print their country, each belonging to one country only.

Left out on purpose, for a moderator to decide: ambiguous names ("Congo", "Korea", «РК»: Kazakhstan, Korea, Komi) and
names of regions.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# Countries whose official English name is "Republic of" and the name in our list or among the aliases.
_REPUBLICS: Final = {
    "AL": "Albania",
    "AM": "Armenia",
    "AT": "Austria",
    "AZ": "Azerbaijan",
    "BG": "Bulgaria",
    "BY": "Belarus",
    "CY": "Cyprus",
    "EE": "Estonia",
    "FI": "Finland",
    "GH": "Ghana",
    "HR": "Croatia",
    "IE": "Ireland",
    "IN": "India",
    "KE": "Kenya",
    "KR": "Korea",
    "KZ": "Kazakhstan",
    "LT": "Lithuania",
    "LV": "Latvia",
    "MD": "Moldova",
    "MT": "Malta",
    "PL": "Poland",
    "RS": "Serbia",
    "SI": "Slovenia",
    "TJ": "Tajikistan",
    "UZ": "Uzbekistan",
    "XK": "Kosovo",
    "ZA": "South Africa",
}

_OTHERS: Final[dict[str, tuple[str, ...]]] = {
    # The countries this appeal meets most, in its three languages.
    "BY": ("Белоруссия", "Республика Беларусь", "Беларусь Республикасы"),
    "GB": (
        "UK",
        "U.K.",
        "Britain",
        "Great Britain",
        "United Kingdom of Great Britain and Northern Ireland",
        "Соединённое Королевство",
    ),
    "KG": (
        "Kyrgyz Republic",
        "Kirghizia",
        "Kirgizia",
        "Kirgizstan",
        "Киргизия",
        "Киргизстан",
        "Кыргызская Республика",
        "Киргизская Республика",
        "Кыргыз Республикасы",
    ),
    "KZ": ("Республика Казахстан", "Казакстан Республикасы"),
    "MD": ("Молдавия", "Республика Молдова", "Молдова Республикасы"),
    "MK": ("Macedonia", "Republic of Macedonia", "Republic of North Macedonia", "Македония"),
    "RU": ("Russian Federation", "Российская Федерация", "РФ", "Россия Федерациясы"),
    "TJ": ("Республика Таджикистан", "Тажикстан Республикасы"),
    "TM": ("Туркмения",),
    "TR": ("Turkey", "Republic of Turkey", "Republic of Türkiye"),
    "US": (
        "US",
        "U.S.",
        "USA",
        "U.S.A.",
        "United States of America",
        "Соединённые Штаты",
        "Соединённые Штаты Америки",
        "Кошмо Штаттар",
        "Америка Кошмо Штаттары",
    ),
    "UZ": ("Республика Узбекистан", "Өзбекстан Республикасы"),
    # Former, official or shorter names elsewhere.
    "AE": ("UAE", "Объединённые Арабские Эмираты", "БАЭ"),
    "AM": ("Республика Армения",),
    "BN": ("Brunei Darussalam",),
    "CD": ("DR Congo", "DRC", "Democratic Republic of Congo", "Congo-Kinshasa", "ДР Конго", "ДРК"),
    "CG": ("Republic of Congo", "Congo-Brazzaville"),
    "CH": ("Swiss Confederation",),
    "CI": ("Ivory Coast",),
    "CN": ("People's Republic of China", "КНР"),
    "CV": ("Cabo Verde",),
    "CZ": ("Czech Republic", "Чешская Республика"),
    "DE": ("Federal Republic of Germany", "ФРГ"),
    "HK": ("Hong Kong SAR", "Hong Kong SAR China"),
    "IR": ("Islamic Republic of Iran",),
    "KP": ("DPRK", "Северная Корея"),
    "KR": ("Южная Корея",),
    "MM": ("Burma", "Myanmar (Burma)", "Бирма"),
    "MO": ("Macau", "Macao SAR China"),
    "NL": ("Holland",),
    "PL": ("Республика Польша",),
    "PS": ("State of Palestine", "Palestinian Territories", "Палестинские территории"),
    "SK": ("Slovak Republic", "Словацкая Республика"),
    "SY": ("Syrian Arab Republic",),
    "SZ": ("Swaziland", "Свазиленд"),
    "TL": ("East Timor",),
    "TZ": ("United Republic of Tanzania",),
    "VA": ("Holy See",),
    "VN": ("Viet Nam",),
    "ZA": ("ЮАР",),
    # CLDR abbreviates "Saint".
    "BL": ("Saint Barthélemy",),
    "KN": ("Saint Kitts and Nevis",),
    "LC": ("Saint Lucia",),
    "MF": ("Saint Martin",),
    "PM": ("Saint Pierre and Miquelon",),
    "SH": ("Saint Helena",),
    "VC": ("Saint Vincent and the Grenadines", "St. Vincent and Grenadines"),
}

# Code → other names of the country.
ALIASES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        code: (*_OTHERS.get(code, ()), *((f"Republic of {_REPUBLICS[code]}",) if code in _REPUBLICS else ()))
        for code in sorted(_OTHERS.keys() | _REPUBLICS.keys())
    }
)
