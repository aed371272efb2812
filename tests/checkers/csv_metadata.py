"""The CSV files with their metadata (CSV on the Web), by a validator that finds the metadata as the standard says."""

import warnings

from csvw import CSVW

from tests.checkers.gathering.gathered import Finding, Gathered, Report


def check(gathered: Gathered) -> Report:
    """Validate each exact CSV file from its own address, and from the address of its metadata.

    The site must still run: the validator fetches both.
    """
    findings = []
    files = [one for one in gathered.published if one.path.endswith(("/signatories.csv", ".csv-metadata.json"))]
    for file in files:
        with warnings.catch_warnings(record=True) as complaints:
            warnings.simplefilter("always")
            table = CSVW(file.url, validate=True)
            is_valid = table.is_valid
        findings += [Finding(file.path, str(one.message)) for one in [*table.warnings, *complaints]]
        if not is_valid:
            findings.append(Finding(file.path, "does not fit its metadata"))
        elif not table.tables[0].tableSchema.columns[0].datatype:
            findings.append(Finding(file.path, "was read without its metadata"))
        if file.kind == "text/csv":
            first = file.headers.get("link", "").split(",")[0]
            if first != f'<{file.url}-metadata.json>; rel="describedby"; type="application/csvm+json"':
                findings.append(Finding(file.path, f"its first Link does not lead to its metadata: {first}"))
    return Report(len(files), findings)
