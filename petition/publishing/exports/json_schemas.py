"""Schemas of the JSON files (JSON Schema, draft 2020-12), with the field descriptions that are in the files too."""

import json
from typing import Any, Final

from petition.models.appeals import Phase
from petition.models.signatories import ChangeKind, Kind, Status, TimelineKind
from petition.publishing.absolute_urls import absolute_url
from petition.publishing.exports.field_descriptions import (
    ABOUT,
    CHANGES,
    CHECKS,
    COUNTS,
    FIELD_DESCRIPTIONS,
    HOW_CHECKED,
)
from petition.publishing.public_records import NotPublished

Schema = dict[str, Any]
_TEXT: Final[Schema] = {"type": "string"}
_DATE: Final[Schema] = {"type": "string", "format": "date"}
_MOMENT: Final[Schema] = {"type": "string", "format": "date-time"}
_URI: Final[Schema] = {"type": "string", "format": "uri"}
_COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
_SHA256: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_REFERENCE: Final[Schema] = {"type": "string", "pattern": "^(original|further)-[1-9][0-9]*$"}


def render_schema(name: str) -> str:
    """Return the schema `name` (SCHEMA_NAMES) as JSON. Raises NotPublished if there is none."""
    if name not in _SCHEMAS:
        raise NotPublished
    document = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": absolute_url("schema", name),
        **_SCHEMAS[name],
    }
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def _object(properties: Schema, *, optional: tuple[str, ...] = ()) -> Schema:
    """Return the schema of an object with exactly these properties."""
    required = [name for name in properties if name not in optional]
    return {"type": "object", "properties": properties, "required": required, "additionalProperties": False}


def _or_null(schema: Schema) -> Schema:
    return schema | {"type": [schema["type"], "null"]}


def _array(of: Schema) -> Schema:
    return {"type": "array", "items": of}


def _with_descriptions(properties: Schema, meanings: dict[str, str]) -> Schema:
    return {name: schema | {"description": meanings[name]} for name, schema in properties.items()}


_TOTALS: Final[Schema] = {
    "type": "object",
    "propertyNames": {"enum": list(HOW_CHECKED)},
    "additionalProperties": _COUNT,
}
_ABOUT: Final[Schema] = {
    "$schema": _URI,
    **_with_descriptions(
        {
            "appeal": _TEXT,
            "address": _URI,
            "demonstration": {"const": True},
            "revision": _COUNT,
            "as_of": _DATE,
            "licence": _URI,
            "text_sha256": _SHA256,
        },
        ABOUT,
    ),
    "counts": _object(_with_descriptions(dict.fromkeys(COUNTS, _COUNT), COUNTS)),
    "checks": _object(
        _with_descriptions(
            {
                "first_published_by": _TEXT,
                "first_published_on": _DATE,
                **dict.fromkeys(COUNTS, _TOTALS),
                "report_errors_at": _URI,
            },
            CHECKS,
        )
    ),
    "definitions": {"type": "object"},
}
_ENTRY: Final[Schema] = {
    **_object(
        _with_descriptions(
            {
                "id": _REFERENCE,
                "number": _COUNT | {"minimum": 1},
                "kind": {"enum": Kind.values},
                **dict.fromkeys(("label", "name", "acronym"), _or_null(_TEXT)),
                "countries": _or_null(_array({"type": "string", "pattern": "^[A-Z]{2}$"})),
                "countries_as_printed": _or_null(_TEXT),
                "member": _or_null({"type": "boolean"}),
                "listed_on": _or_null(_DATE),
                "status": {"enum": Status.values},
                "note": _or_null(_TEXT),
                "noted_on": _or_null(_DATE),
            },
            FIELD_DESCRIPTIONS,
        )
    ),
    "if": {"properties": {"status": {"const": Status.LISTED.value}}},
    "then": {"properties": dict.fromkeys(("label", "name", "listed_on"), _TEXT)},
    "else": {
        "properties": {
            name: {"type": "null"} for name in FIELD_DESCRIPTIONS if name not in ("id", "number", "kind", "status")
        }
    },
}
_BLOCK: Final[Schema] = _object({"kind": {"enum": ["paragraph", "demand", "heading"]}, "text": _TEXT})
_TEXT_VERSION: Final[Schema] = _object(
    {
        "language": _TEXT,
        "status": {"enum": ["official", "unofficial"]},
        "dated": _DATE,
        "title": _TEXT,
        "demands": _array(_TEXT),
        "body": _array(_BLOCK),
        "background": _array(_BLOCK),
        "sha256": _SHA256,
        "address": _URI,
    }
)
_EVENT: Final[Schema] = _object(
    {
        "kind": {"enum": TimelineKind.values},
        "dated": _DATE,
        "addressee": _or_null(_TEXT),
        "edition": _or_null(_DATE),
        "link": _or_null(_URI),
        "texts": {"type": "object", "additionalProperties": _TEXT},
        "corrected_on": _or_null(_DATE),
    }
)
_SCHEMAS: Final[dict[str, Schema]] = {
    "signatories": _object(_ABOUT | {"signatories": _array(_ENTRY)}, optional=("demonstration",)),
    "appeal": _object(
        _ABOUT
        | {
            "issuer": _TEXT,
            "issued_on": _DATE,
            "addressees": _array(_TEXT),
            "opens_at": _or_null(_MOMENT),
            "closes_at": _or_null(_MOMENT),
            "time_zone": _TEXT,
            "closes_for": _or_null(_TEXT),
            "phase": {"enum": [phase.value for phase in Phase if phase not in (Phase.DRAFT, Phase.TAKEN_DOWN)]},
            "texts": _array(_TEXT_VERSION),
            "timeline": _array(_EVENT),
            "changes": _array(
                _object(
                    _with_descriptions(
                        {
                            "id": _REFERENCE,
                            "what": {"enum": ChangeKind.values},
                            "on": _DATE,
                            "old_label": _or_null(_TEXT),
                        },
                        CHANGES,
                    )
                )
            ),
            "no_longer_listed": _array(_REFERENCE),
            "data": {"type": "object", "additionalProperties": _URI},
        },
        optional=("demonstration",),
    ),
}
