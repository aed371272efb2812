"""Private links and removal codes: create them, replace them, and find what they open.

A link is stored only as a digest of its token and its purpose, so a token works for no other purpose.
"""

from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation

from petition.actions.refusals import NoSuchLink
from petition.models import Endorsement, PrivateLink, Purpose
from petition.security import tokens


def resolve_link(digest: str, *, at: datetime) -> Endorsement:
    """Return the endorsement that the token or code with this digest opens. Raises NoSuchLink."""
    return resolve_any_link([digest], at=at)


def resolve_any_link(digests: list[str], *, at: datetime) -> Endorsement:
    """Return the endorsement that one of these digests opens. Raises NoSuchLink."""
    link = PrivateLink.objects.live(at).filter(digest__in=digests).select_related("endorsement__appeal").first()
    if link is None or link.endorsement is None:
        raise NoSuchLink
    return link.endorsement


def lock_by_link(digest: str, *, at: datetime, purposes: Iterable[Purpose] = Purpose) -> Endorsement:
    """Return the endorsement that this digest opens, locked until the transaction ends. Raises NoSuchLink.

    Only a link for one of `purposes` opens it.
    """
    # One query finds, checks and locks: an action by link does not look up the endorsement before it locks it.
    links = PrivateLink.objects.live(at).filter(digest=digest, purpose__in=purposes)
    rows = Endorsement.objects.select_for_update(of=("self",)).select_related("appeal")
    endorsement = rows.filter(pk__in=links.values("endorsement")).first()
    if endorsement is None:
        raise NoSuchLink
    return endorsement


def create_link(endorsement: Endorsement, purpose: Purpose, *, expires_at: datetime | None = None) -> str:
    """Create a link to `endorsement` for `purpose` and return its token."""
    token = tokens.generate_token()
    digest = tokens.hash_token(token, purpose)
    PrivateLink.objects.create(endorsement=endorsement, purpose=purpose, digest=digest, expires_at=expires_at)
    return token


def create_own_page_link(endorsement: Endorsement, *, replace: bool = False) -> str:
    """Create a link to the organisation's own page and return its token. `replace` ends all earlier ones."""
    if replace:
        endorsement.links.filter(purpose=Purpose.OWN_PAGE).delete()
    return create_link(endorsement, Purpose.OWN_PAGE)


def add_removal_code(endorsement: Endorsement, digest: str) -> None:
    """Let the removal code with this digest open the endorsement. A digest that is known already changes nothing."""
    if not PrivateLink.objects.filter(digest=digest).exists():
        PrivateLink.objects.create(endorsement=endorsement, purpose=Purpose.REMOVAL_CODE, digest=digest)


def replace_removal_codes(endorsement: Endorsement, digest: str) -> None:
    """Let only the removal code with this digest open the endorsement."""
    endorsement.links.filter(purpose=Purpose.REMOVAL_CODE).delete()
    add_removal_code(endorsement, digest)


def build_url(route: str, token: str, language: str) -> str:
    """Return the absolute URL of a private page in `language`, for a mail; `token` is '' if the route takes none."""
    with translation.override(language):
        path = reverse(route, args=[token] if token else [])
    return f"{settings.SITE_URL}{path}"


def find_confirmed_by(mailbox_index: str) -> QuerySet[Endorsement]:
    """Return all endorsements that this mailbox has confirmed, of any appeal."""
    confirmed = Endorsement.objects.filter(mailbox_index=mailbox_index, confirmed_at__isnull=False)
    return confirmed.exclude(mailbox_index="").order_by("pk")


def find_confirmed_mailboxes(mailboxes: Iterable[str]) -> set[str]:
    """Return those of these mailboxes, given as keyed hashes, that have confirmed an endorsement."""
    confirmed = Endorsement.objects.filter(mailbox_index__in=list(mailboxes), confirmed_at__isnull=False)
    return set(confirmed.values_list("mailbox_index", flat=True))


def filter_open_tokens(own_page_tokens: list[str]) -> list[str]:
    """Return those of these own-page tokens whose link still exists."""
    digests = {tokens.hash_token(token, Purpose.OWN_PAGE): token for token in own_page_tokens}
    existing = set(PrivateLink.objects.filter(digest__in=digests).values_list("digest", flat=True))
    return [token for digest, token in digests.items() if digest in existing]


def delete_other_own_page_links(endorsement: Endorsement, digest: str) -> None:
    """Delete all links to the own page except the one with this digest."""
    endorsement.links.filter(purpose=Purpose.OWN_PAGE).exclude(digest=digest).delete()
