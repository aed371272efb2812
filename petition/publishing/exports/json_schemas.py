"""What the JSON files promise, as JSON Schema (draft 2020-12): the same definitions that ship with the data."""

import json
from typing import Any, Final

from petition.models.appeals import Phase
from petition.models.signatories import Kind, Status, What
from petition.publishing import records
from petition.publishing.exports.fields import ABOUT, CHANGES, CHECKS, COUNTS, FIELDS, HOW_CHECKED, address

Schema = dict[str, Any]
_TEXT: Final[Schema] = {"type": "string"}
_DATE: Final[Schema] = {"type": "string", "format": "date"}
_ADDRESS: Final[Schema] = {"type": "string", "format": "uri"}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_SHA256: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_REFERENCE: Final[Schema] = {"type": "string", "pattern": "^(original|further)-[1-9][0-9]*$"}


def schema(name: str) -> str:
    """The schema called `name`, as JSON. Raises NotPublished where there is none."""
    if name not in _OF:
        raise records.NotPublished
    described = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": address("schema", name),
        **_OF[name],
    }
    return json.dumps(described, ensure_ascii=False, indent=1) + "\n"


def _object(properties: Schema, *, optional: tuple[str, ...] = ()) -> Schema:
    """All of these and no others."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _or_null(schema: Schema) -> Schema:
    return schema | {"type": [schema["type"], "null"]}


def _list(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def _described(properties: Schema, meanings: dict[str, str]) -> Schema:
    return {name: schema | {"description": meanings[name]} for name, schema in properties.items()}


_TOTALS: Final[Schema] = {
    "type": "object",
    "propertyNames": {"enum": list(HOW_CHECKED)},
    "additionalProperties": _COUNT,
}
_ABOUT: Final[Schema] = {
    "$schema": _ADDRESS,
    **_described(
        {
            "appeal": _TEXT,
            "address": _ADDRESS,
            "demonstration": {"const": True},
            "revision": _COUNT,
            "as_of": _DATE,
            "licence": _ADDRESS,
            "text_sha256": _SHA256,
        },
        ABOUT,
    ),
    "counts": _object(_described(dict.fromkeys(COUNTS, _COUNT), COUNTS)),
    "checks": _object(
        _described(
            {
                "first_published_by": _TEXT,
                "first_published_on": _DATE,
                **dict.fromkeys(COUNTS, _TOTALS),
                "report_errors_at": _ADDRESS,
            },
            CHECKS,
        )
    ),
    "definitions": {"type": "object"},
}
_LINE: Final[Schema] = {
    **_object(
        _described(
            {
                "id": _REFERENCE,
                "number": _COUNT | {"minimum": 1},
                "kind": {"enum": Kind.values},
                **dict.fromkeys(("label", "name", "acronym"), _or_null(_TEXT)),
                "countries": _or_null(_list({"type": "string", "pattern": "^[A-Z]{2}$"})),
                "countries_as_printed": _or_null(_TEXT),
                "member": _or_null({"type": "boolean"}),
                "listed_on": _or_null(_DATE),
                "status": {"enum": Status.values},
                "note": _or_null(_TEXT),
                "noted_on": _or_null(_DATE),
            },
            FIELDS,
        )
    ),
    "if": {"properties": {"status": {"const": Status.LISTED.value}}},
    "then": {"properties": dict.fromkeys(("label", "name", "listed_on"), _TEXT)},
    "else": {
        "properties": {name: {"type": "null"} for name in FIELDS if name not in ("id", "number", "kind", "status")}
    },
}
_TEXT_VERSION: Final[Schema] = _object(
    {
        "language": _TEXT,
        "status": {"enum": ["official", "unofficial"]},
        "dated": _DATE,
        "title": _TEXT,
        "demands": _list(_TEXT),
        "sha256": _SHA256,
        "address": _ADDRESS,
    }
)
_OF: Final[dict[str, Schema]] = {
    "signatories": _object(_ABOUT | {"signatories": _list(_LINE)}, optional=("demonstration",)),
    "appeal": _object(
        _ABOUT
        | {
            "issuer": _TEXT,
            "issued_on": _DATE,
            "phase": {"enum": [phase.value for phase in Phase if phase is not Phase.DRAFT]},
            "texts": _list(_TEXT_VERSION),
            "changes": _list(
                _object(
                    _described(
                        {
                            "id": _REFERENCE,
                            "what": {"enum": What.values},
                            "on": _DATE,
                            "old_label": _or_null(_TEXT),
                        },
                        CHANGES,
                    )
                )
            ),
            "no_longer_listed": _list(_REFERENCE),
            "data": {"type": "object", "additionalProperties": _ADDRESS},
        },
        optional=("demonstration",),
    ),
}
NAMES: Final = tuple(_OF)
