"""System checks for settings that are unsafe on a public site: every command refuses them, and so does each start."""

import ipaddress
import os
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from petition.checks.system_checks import START
from petition.security.weak_secrets import LEAST_BYTES, has_default_password, is_weak_key

_KEYS: Final = ("SECRET_KEY", "CODE_KEY", "CONTACT_INDEX_KEY")
_URLS: Final = ("DATABASE_URL", "EMAIL_URL", "CACHE_URL")


@register(START)
def check_keys_are_long(**_: Any) -> list[CheckMessage]:
    """Report keys that somebody could guess."""
    keys = {name: [getattr(settings, name), *getattr(settings, f"{name}_FALLBACKS", [])] for name in _KEYS}
    return [
        Error(
            f"{name} has fewer than {LEAST_BYTES} bytes, or could be guessed.",
            hint="Set it to one that `manage.py new_keys` prints.",
            id="petition.E014",
        )
        for name, values in keys.items()
        if any(key and is_weak_key(key) for key in values)
    ]


@register(START)
def check_debug_is_off(**_: Any) -> list[CheckMessage]:
    """Report DEBUG on a public site."""
    if not (settings.SITE_IS_HTTPS and settings.DEBUG):
        return []
    return [
        Error("DEBUG is on.", hint="Unset DEBUG: its pages show settings and data.", id="petition.E003"),
    ]


@register(START)
def check_proxies_are_named(**_: Any) -> list[CheckMessage]:
    """Report a site on https that does not know its proxy: all visitors would share one address and one limit."""
    if not settings.SITE_IS_HTTPS or settings.TRUSTED_PROXIES:
        return []
    return [
        Error(
            "TRUSTED_PROXIES is not set, so all visitors would seem to be the proxy.",
            hint="Set TRUSTED_PROXIES to the address of the proxy that ends TLS: 127.0.0.1 if it is on this machine, "
            "or if granian ends TLS itself.",
            id="petition.E015",
        )
    ]


@register(START)
def check_passwords_are_own(**_: Any) -> list[CheckMessage]:
    """Report well-known passwords in the addresses of database, mail server and cache."""
    if not settings.SITE_IS_HTTPS:
        return []
    return [
        Error(
            f"{name} has a password that anybody would try first.",
            hint="Give that login a long random password, and put it into the URL.",
            id="petition.E016",
        )
        for name in _URLS
        if has_default_password(os.environ.get(name, ""))
    ]


@register(deploy=True)
def check_remote_services_use_tls(**_: Any) -> list[CheckMessage]:
    """Report a database, mail server or cache on another machine that is reached without TLS, or unchecked."""
    hints = {
        "DATABASE_URL": "Add ?sslmode=verify-full to DATABASE_URL.",
        "EMAIL_URL": "Begin EMAIL_URL with smtp+tls:// or smtp+ssl://.",
        "CACHE_URL": "Begin CACHE_URL with rediss://.",
    }
    return [
        Warning(f"{name} names another machine, and TLS does not protect the way there.", hint=hint, id="petition.W002")
        for name, hint in hints.items()
        if is_sent_in_clear(os.environ.get(name, ""))
    ]


def is_sent_in_clear(url: str) -> bool:
    """Return whether the URL names another machine, without TLS whose certificate is checked."""
    parts = urlsplit(url)
    if not parts.hostname or _is_this_machine(parts.hostname):
        return False
    if parts.scheme.startswith("postgres"):
        return parse_qs(parts.query).get("sslmode", [""])[-1] not in ("verify-ca", "verify-full")
    return parts.scheme in ("smtp", "redis")


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
