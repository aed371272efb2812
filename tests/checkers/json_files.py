"""Our JSON files against the schemas that we publish, in every phase."""

import json
from typing import Any

import jsonschema

from tests.checkers.gathering.gathered import Document, Finding, Gathered, Report


def check(gathered: Gathered) -> Report:
    """Validate each file that names a schema with the one at that address, and each schema with the meta-schema."""
    schemas = {one.url: json.loads(one.body) for one in gathered.files("application/schema+json")}
    findings = []
    for address, schema in schemas.items():
        try:
            jsonschema.Draft202012Validator.check_schema(schema)
        except jsonschema.SchemaError as error:
            findings.append(Finding(address, error.message))
    files = gathered.files("application/json")
    for file in files:
        findings += _violations(file, schemas)
    return Report(len(files) + len(schemas), findings)


def _violations(file: Document, schemas: dict[str, Any]) -> list[Finding]:
    content = json.loads(file.body)
    if "$schema" not in content:
        return [] if "/healthz" in file.path or "/readyz" in file.path else [Finding(file.path, "names no schema")]
    if content["$schema"] not in schemas:
        return [Finding(file.path, f"names a schema that is not there: {content['$schema']}")]
    rules = jsonschema.Draft202012Validator(schemas[content["$schema"]], format_checker=jsonschema.FormatChecker())
    return [Finding(f"{file.path} at {error.json_path}", error.message) for error in rules.iter_errors(content)]
