"""Who may do what under /admin/: every address, method and role, on one page.

A new page gets a row, `"admin:its_name": may(GET=MODERATOR, POST=MODERATOR)`. What has no row, or no such method in its
row, is refused (gate.py), and tests/admin/test_rights.py says which row is missing. How often an hour something may be
done is not a matter of its address: actions/staff_limits.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.urls import ResolverMatch

from petition.models import Role, roles_of

Audience = frozenset[str]

MODERATOR: Audience = frozenset({Role.MODERATOR})
EDITOR: Audience = frozenset({Role.EDITOR})
ADMINISTRATOR: Audience = frozenset({Role.ADMINISTRATOR})
AUDITOR: Audience = frozenset({Role.AUDITOR})
SIGNED_IN: Audience = frozenset({*Role, "signed in"})
ANYBODY: Audience = SIGNED_IN | {"anybody"}
NOBODY: Audience = frozenset()


@dataclass(frozen=True)
class Row:
    """Who may use an address, by method; HEAD is as GET."""

    methods: Mapping[str, Audience]
    fresh: bool = False  # only who has said within five minutes who they are


def may(*, fresh: bool = False, **methods: Audience) -> Row:
    return Row(methods, fresh)


RIGHTS: dict[str, Row] = {
    # The queue, and one endorsement
    "admin:index": may(GET=MODERATOR),
    "admin:endorsement": may(GET=MODERATOR),
    "admin:decide": may(POST=MODERATOR),
    "admin:ask": may(POST=MODERATOR),
    "admin:name": may(POST=MODERATOR),
    "admin:note": may(POST=MODERATOR),
    "admin:link": may(POST=MODERATOR, fresh=True),
    "admin:contact": may(POST=MODERATOR),
    "admin:correction": may(POST=MODERATOR),
    "admin:settle": may(POST=MODERATOR),
    "admin:dispute": may(POST=MODERATOR),
    "admin:disputes": may(GET=MODERATOR, POST=MODERATOR),
    "admin:lines": may(GET=MODERATOR),
    "admin:arrivals": may(GET=MODERATOR),
    "admin:check": may(POST=MODERATOR),
    "admin:compare": may(POST=MODERATOR),
    "admin:undo": may(POST=MODERATOR),
    "admin:internal_note": may(POST=MODERATOR),
    "admin:spelling": may(POST=MODERATOR),
    "admin:name_language": may(POST=MODERATOR),
    "admin:count": may(POST=MODERATOR),
    "admin:confirm_letter": may(POST=MODERATOR),
    "admin:enter": may(GET=MODERATOR, POST=MODERATOR),
    "admin:hide": may(GET=MODERATOR),
    # Many at once, and emergencies
    "admin:quarantine": may(POST=MODERATOR),
    "admin:bulk": may(POST=MODERATOR),
    "admin:batches": may(GET=MODERATOR),
    "admin:batch": may(GET=MODERATOR, POST=MODERATOR),
    "admin:floods": may(GET=MODERATOR, POST=MODERATOR),
    "admin:site": may(GET=MODERATOR | ADMINISTRATOR, POST=MODERATOR | ADMINISTRATOR),
    "admin:held_list": may(GET=ADMINISTRATOR, POST=ADMINISTRATOR, fresh=True),
    "admin:overview": may(GET=MODERATOR | EDITOR | ADMINISTRATOR),
    # The appeal
    "admin:texts": may(GET=EDITOR | ADMINISTRATOR),
    "admin:opening": may(GET=EDITOR, POST=EDITOR),
    "admin:translation": may(GET=EDITOR, POST=EDITOR),
    "admin:text_proposal": may(GET=EDITOR | ADMINISTRATOR, POST=EDITOR | ADMINISTRATOR),
    "admin:editions": may(GET=EDITOR, POST=EDITOR),
    "admin:reasons": may(GET=EDITOR),
    "admin:reason": may(GET=EDITOR, POST=EDITOR),
    "admin:notices": may(GET=EDITOR),
    "admin:notice": may(GET=EDITOR, POST=EDITOR),
    # Staff
    "admin:staff": may(GET=ADMINISTRATOR),
    "admin:invite": may(GET=ADMINISTRATOR, POST=ADMINISTRATOR, fresh=True),
    "admin:account": may(GET=ADMINISTRATOR, POST=ADMINISTRATOR, fresh=True),
    "admin:role_proposal": may(POST=ADMINISTRATOR, fresh=True),
    "invitation": may(GET=ANYBODY, POST=ANYBODY),
    # The trail
    "admin:petition_auditevent_changelist": may(GET=AUDITOR),
    "admin:petition_auditevent_change": may(GET=AUDITOR, POST=NOBODY),
    "admin:trail_export": may(GET=AUDITOR, POST=AUDITOR, fresh=True),
    # One's own account
    "account_login": may(GET=ANYBODY, POST=ANYBODY),
    "account_logout": may(GET=ANYBODY, POST=ANYBODY),
    "account_inactive": may(GET=ANYBODY),
    "account_reauthenticate": may(GET=SIGNED_IN, POST=SIGNED_IN),
    "account_change_password": may(GET=SIGNED_IN, POST=SIGNED_IN),
    "mfa_index": may(GET=SIGNED_IN),
    "mfa_authenticate": may(GET=ANYBODY, POST=ANYBODY),
    "mfa_reauthenticate": may(GET=SIGNED_IN, POST=SIGNED_IN),
    "mfa_activate_totp": may(GET=SIGNED_IN, POST=SIGNED_IN),
    "mfa_deactivate_totp": may(GET=SIGNED_IN, POST=SIGNED_IN),
    "mfa_view_recovery_codes": may(GET=SIGNED_IN),
    "mfa_generate_recovery_codes": may(GET=SIGNED_IN, POST=SIGNED_IN),
    "mfa_download_recovery_codes": may(GET=SIGNED_IN),
    "mfa_list_webauthn": may(GET=SIGNED_IN),
    "mfa_add_webauthn": may(GET=SIGNED_IN, POST=SIGNED_IN),
    "mfa_reauthenticate_webauthn": may(GET=SIGNED_IN, POST=SIGNED_IN),
    "mfa_edit_webauthn": may(GET=SIGNED_IN, POST=SIGNED_IN),
    "mfa_remove_webauthn": may(GET=SIGNED_IN, POST=SIGNED_IN),
    # What Django brings along and nobody needs
    "admin:petition_auditevent_add": may(GET=NOBODY, POST=NOBODY),
    "admin:petition_auditevent_delete": may(GET=NOBODY, POST=NOBODY),
    "admin:petition_auditevent_history": may(GET=NOBODY),
    "admin/petition/auditevent/<path:object_id>/": may(GET=AUDITOR),  # an old address of a line of the trail
    "admin:app_list": may(GET=AUDITOR),
    "admin:login": may(GET=NOBODY, POST=NOBODY),
    "admin:logout": may(POST=NOBODY),
    "admin:password_change": may(GET=NOBODY, POST=NOBODY),
    "admin:password_change_done": may(GET=NOBODY),
    "admin:autocomplete": may(GET=NOBODY),
    "admin:jsi18n": may(GET=SIGNED_IN),
    "admin:view_on_site": may(GET=NOBODY),
    "admin/(?P<url>.*)$": may(GET=SIGNED_IN, POST=SIGNED_IN),  # there is nothing at this address
}

HOMES = (
    (MODERATOR, "admin:index"),
    (ADMINISTRATOR, "admin:staff"),
    (EDITOR, "admin:texts"),
    (AUDITOR, "admin:petition_auditevent_changelist"),
)
"""The first page after signing in: of these the first that the account may open."""


def row_of(match: ResolverMatch) -> Row | None:
    return RIGHTS.get(match.view_name if match.url_name else match.route)


def audience_of(account: AbstractBaseUser | AnonymousUser) -> Audience:
    """Everything that `account` counts as."""
    if not account.is_authenticated:
        return frozenset({"anybody"})
    return frozenset({"anybody", "signed in", *roles_of(account)})


def may_open(account: AbstractBaseUser | AnonymousUser, *names: str) -> list[str]:
    """Those of the addresses called `names` that `account` may GET."""
    counts_as = audience_of(account)
    return [name for name in names if RIGHTS[name].methods.get("GET", NOBODY) & counts_as]
