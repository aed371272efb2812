"""Which variables of the caller's environment tests and checks may see. All others stay outside.

A list of what is refused would lack the next setting: `MIRROR_DIR` was missing from it, and a test deleted that mirror.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# What a program needs to run at all.
SYSTEM = (
    "PATH", "HOME", "USER", "LOGNAME", "SHELL", "TMPDIR", "TMP", "TEMP", "TZ", "LANG", "LANGUAGE", "TERM", "COLUMNS",
    "LINES", "NO_COLOR", "FORCE_COLOR", "PY_COLORS", "CI", "VIRTUAL_ENV", "DISPLAY", "WAYLAND_DISPLAY",
    "DBUS_SESSION_BUS_ADDRESS", "SSL_CERT_FILE", "SSL_CERT_DIR",
)  # fmt: skip
# What is said to the tests themselves: where they may keep state, on which server, how much of everything.
TESTS = (
    "TEST_DATABASE_URL", "TEST_DATA_DIR", "SEARCHED_DATABASE_URL", "CHROMIUM", "REQUIRE_ALL", "APPROVALS", "KILLS",
    "FULL_COUNTS", "FLOODS_IN_FULL",
)  # fmt: skip
# Python and the tools that run the tests.
FAMILIES = (
    "LC_", "LD_", "XDG_", "PYTHON", "PYTEST_", "COVERAGE_", "COV_CORE_", "HYPOTHESIS_", "PLAYWRIGHT_", "MYPY_", "RUFF_",
    "UV_",
)  # fmt: skip
# Of those families: what the caller's shell would add to every run.
UNWANTED = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS")


def kept(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what of `environment` tests may see."""
    return {
        name: value
        for name, value in environment.items()
        if (name in SYSTEM or name in TESTS or name.startswith(FAMILIES)) and name not in UNWANTED
    }
