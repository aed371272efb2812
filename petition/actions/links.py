"""Private links and codes: issued, replaced, and followed to what they open."""

from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import translation

from petition.models import Endorsement, PrivateLink, Purpose
from petition.protection import tokens


class NoSuchLink(Exception):
    """No live link or code like this."""


def behind(digest: str, *, at: datetime) -> Endorsement:
    """The endorsement that a token or code with this digest opens. Raises NoSuchLink when there is none or too late.

    The digest holds the purpose, so a token opens nothing but what it was made for.
    """
    return behind_any([digest], at=at)


def behind_any(digests: list[str], *, at: datetime) -> Endorsement:
    """What the first of these opens that opens anything, as `behind` does."""
    link = PrivateLink.objects.live(at).filter(digest__in=digests).select_related("endorsement__appeal").first()
    if link is None or link.endorsement is None:
        raise NoSuchLink
    return link.endorsement


def new_link(endorsement: Endorsement, purpose: Purpose, *, expires_at: datetime | None = None) -> str:
    """A token that opens `endorsement` for `purpose`; only its hash is kept."""
    token = tokens.new_token()
    digest = tokens.digest_of_token(token, purpose)
    PrivateLink.objects.create(endorsement=endorsement, purpose=purpose, digest=digest, expires_at=expires_at)
    return token


def new_own_page(endorsement: Endorsement, *, replace: bool = False) -> str:
    """A token of the organisation's own page. With `replace` all earlier ones open nothing any more."""
    if replace:
        endorsement.links.filter(purpose=Purpose.OWN_PAGE).delete()
    return new_link(endorsement, Purpose.OWN_PAGE)


def new_removal_code(endorsement: Endorsement) -> str:
    """The code to write down: `7KM-2QX-9RD-4TB`. It takes the place of an earlier one."""
    endorsement.links.filter(purpose=Purpose.REMOVAL_CODE).delete()
    code = tokens.new_removal_code()
    digest = tokens.digest_of_removal_code(code, endorsement.appeal.slug)
    PrivateLink.objects.create(endorsement=endorsement, purpose=Purpose.REMOVAL_CODE, digest=digest)
    return code


def address(route: str, token: str, language: str) -> str:
    """The whole address of a private page in `language`, as a mail carries it; with '' of one that takes no token."""
    with translation.override(language):
        path = reverse(route, args=[token] if token else [])
    return f"{settings.SITE_URL}{path}"


def proven_by(mailbox_index: str) -> QuerySet[Endorsement]:
    """Return all endorsements that this mailbox has confirmed, of any appeal."""
    proven = Endorsement.objects.filter(mailbox_index=mailbox_index, confirmed_at__isnull=False)
    return proven.exclude(mailbox_index="").order_by("pk")


def still_open(found: list[str]) -> list[str]:
    """Those of these tokens whose own page still opens."""
    digests = {tokens.digest_of_token(token, Purpose.OWN_PAGE): token for token in found}
    live = set(PrivateLink.objects.filter(digest__in=digests).values_list("digest", flat=True))
    return [token for digest, token in digests.items() if digest in live]


def end_others(endorsement: Endorsement, digest: str) -> None:
    """Of the links of its own page only the one with this digest still opens it."""
    endorsement.links.filter(purpose=Purpose.OWN_PAGE).exclude(digest=digest).delete()
