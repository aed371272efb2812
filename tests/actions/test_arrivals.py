"""A flood is set aside and nobody is refused: whoever sends what gets the same answer, the same work, the same mail."""

from datetime import datetime, timedelta

import pytest

from petition.actions import confirmation, leaving, own_page, retention, site_state
from petition.actions.arrivals import Arrival
from petition.actions.endorsements import NotOpen, submit
from petition.models import Appeal, AuditEvent, Endorsement, Level, RateCount, State
from petition.protection import rate_limits
from petition.protection.tokens import digest_of_token
from tests import factories
from tests.factories import MODERATOR, NOON, a_submission, mails, token_in

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HONEST = Arrival(network="203.0.113.0/24", seconds=90, trapped=False)
"""10 000 posts to one mailbox take minutes; without this 400 are sent, which pass the same limits."""


def arrive(
    appeal: Appeal, *, network: str = "", seconds: int | None = 90, trapped: bool = False, at: datetime = NOON,
    **form: str,
) -> Endorsement:  # fmt: skip
    """A form with a mailbox at a domain of its own, unless it says otherwise."""
    submission = a_submission(**form)
    if "contact_email" not in form:
        submission = a_submission(**form, contact_email=f"info@{submission.contact_email.split('@')[0]}.example")
    submit(appeal, submission, arrival=Arrival(network, seconds, trapped), at=at)
    return Endorsement.objects.latest("pk")


def reasons(rows: list[Endorsement]) -> list[str]:
    return [row.quarantined_for for row in rows]


# --- what is kept ---


def test_what_the_mailbox_tells_is_kept_as_codes_and_hashes(appeal: Appeal) -> None:
    first = arrive(
        appeal, network="203.0.113.0/24", contact_email="a@fund.example", website="https://www.fund.example/"
    )
    same = arrive(appeal, network="203.0.113.0/24", contact_email="b@Fund.example")
    free = arrive(appeal, network="2001:db8::/64", contact_email="fund@gmail.com", website="gmail.com")
    brief = arrive(appeal, contact_email="x@yopmail.com")
    assert [row.hints for row in (first, same, free, brief)] == [
        ["mail_matches_website"], [], ["free_mail"], ["disposable_mail"],
    ]  # fmt: skip
    assert first.domain_index == same.domain_index != brief.domain_index
    assert free.domain_index == "", "a domain of everybody points at nobody"
    assert first.network_index == same.network_index != free.network_index
    assert brief.network_index == ""
    assert (first.seconds_to_fill, first.quarantined_at, first.quarantined_for) == (90, None, "")
    assert "fund" not in first.domain_index + first.network_index


def test_a_network_is_forgotten_after_a_week(appeal: Appeal) -> None:
    row = factories.confirmed(appeal)
    Endorsement.objects.filter(pk=row.pk).update(network_index="a" * 64, domain_index="b" * 64)
    retention.purge(at=NOON + 7 * DAY - HOUR)
    row.refresh_from_db()
    assert row.network_index == "a" * 64
    retention.purge(at=NOON + 7 * DAY)
    row.refresh_from_db()
    assert (row.network_index, row.domain_index) == ("", "b" * 64)


def test_the_same_network_in_another_week_is_another(appeal: Appeal) -> None:
    first = arrive(appeal, network="203.0.113.0/24")
    later = arrive(appeal, network="203.0.113.0/24", at=NOON + rate_limits.KEY_LASTS)
    assert first.network_index != later.network_index


def test_who_forgets_its_mailbox_leaves_no_domain_behind(appeal: Appeal) -> None:
    row = arrive(appeal, contact_email="a@fund.example")
    token = confirmation.confirm(digest_of_token(token_in(mails()[-1][2]), "confirm"), at=NOON).own_page
    own_page.forget_mailbox(digest_of_token(token, "own_page"), at=NOON)
    row.refresh_from_db()
    assert (row.domain_index, row.mailbox_index) == ("", "")


# --- what is set aside ---


@pytest.mark.parametrize(
    ("arrival", "reason"),
    [
        ({"trapped": True, "seconds": None}, "honeypot"),
        ({"seconds": None}, "no_stamp"),
        ({"seconds": 2}, "too_fast"),
        ({"seconds": 3}, ""),
        ({"seconds": -60}, ""),
    ],
)
def test_what_a_program_gives_away_is_set_aside_with_the_same_mail(
    appeal: Appeal, arrival: dict[str, int | None], reason: str
) -> None:
    row = arrive(appeal, **arrival)  # type: ignore[arg-type]  # the two fields above
    assert (row.quarantined_for, row.quarantined_at) == (reason, NOON if reason else None)
    assert [message for message, _, _ in mails()] == ["confirm_mailbox"]
    confirmed = confirmation.confirm(digest_of_token(token_in(mails()[0][2]), "confirm"), at=NOON).endorsement
    assert (confirmed.state, confirmed.quarantined_for) == (State.CONFIRMED, reason)


@pytest.mark.parametrize(
    ("limit", "same"),
    [
        (rate_limits.ENDORSEMENTS_BY_MAILBOX, {"contact_email": "asel@gmail.com"}),
        (rate_limits.ENDORSEMENTS_FROM_NETWORK, {"network": "203.0.113.0/24"}),
        (rate_limits.ENDORSEMENTS_AT_DOMAIN, {"contact_email": "{}@fund.example"}),
    ],
)
def test_beyond_a_limit_it_is_set_aside_for_that_and_others_are_not(
    appeal: Appeal, limit: rate_limits.Limit, same: dict[str, str]
) -> None:
    def one_more(number: int, at: datetime) -> Endorsement:
        return arrive(appeal, at=at, **{name: value.format(number) for name, value in same.items()})  # type: ignore[arg-type]

    rows = [one_more(number, NOON) for number in range(limit.most + 2)]
    assert reasons(rows) == [""] * limit.most + [limit.name] * 2
    assert arrive(appeal, network="198.51.100.0/24").quarantined_for == ""
    assert one_more(99, NOON + limit.per).quarantined_for == ""


def test_very_many_for_one_appeal_are_set_aside(appeal: Appeal, monkeypatch: pytest.MonkeyPatch) -> None:
    few = rate_limits.Limit("appeal", 5, HOUR)
    monkeypatch.setattr(rate_limits, "ENDORSEMENTS_FOR_APPEAL", few)
    assert reasons([arrive(appeal) for _ in range(6)]) == [""] * 5 + ["appeal"]
    assert arrive(factories.an_appeal("other")).quarantined_for == ""


def test_a_mailbox_at_a_domain_of_everybody_never_counts_for_the_domain(appeal: Appeal) -> None:
    assert set(reasons([arrive(appeal, contact_email=f"fund{number}@mail.ru") for number in range(30)])) == {""}


def test_a_repeated_post_counts_once(appeal: Appeal) -> None:
    for _ in range(40):
        submit(appeal, factories.SUBMISSION, arrival=HONEST, at=NOON)
    assert set(RateCount.objects.exclude(turns__gt=[]).values_list("count", flat=True)) == {1}
    assert Endorsement.objects.get(origin="form").quarantined_for == ""


def test_two_hundred_organisations_behind_one_address_within_an_hour_are_all_taken_in(appeal: Appeal) -> None:
    rows = [arrive(appeal, network="203.0.113.0/24", at=NOON + number * HOUR / 201) for number in range(200)]
    assert len({row.pk for row in rows}) == 200
    owed = mails()
    assert [message for message, _, _ in owed] == ["confirm_mailbox"] * 200
    for _, _, content in owed:
        confirmation.confirm(digest_of_token(token_in(content), "confirm"), at=NOON + HOUR)
    assert Endorsement.objects.filter(state=State.CONFIRMED).count() == 200
    assert set(reasons(rows)) == {"", "network"}


# --- levels ---


def test_on_the_stricter_level_everything_is_set_aside(appeal: Appeal) -> None:
    assert site_state.set_level(Level.STRICTER, by=MODERATOR, at=NOON)
    assert arrive(appeal).quarantined_for == "stricter"
    assert arrive(appeal, trapped=True).quarantined_for == "honeypot", "the worse reason"
    site_state.set_level(Level.NORMAL, by=MODERATOR, at=NOON)
    assert arrive(appeal).quarantined_for == ""


def test_a_closed_site_takes_nothing_in_and_lets_everybody_confirm_and_leave(appeal: Appeal) -> None:
    arrive(appeal)
    token = token_in(mails()[-1][2])
    site_state.set_level(Level.CLOSED, by=MODERATOR, at=NOON)
    before = RateCount.objects.count()
    with pytest.raises(NotOpen):
        arrive(appeal)
    assert (Endorsement.objects.filter(origin="form").count(), RateCount.objects.count()) == (1, before)
    done = confirmation.confirm(digest_of_token(token, "confirm"), at=NOON)
    leaving.withdraw(digest_of_token(done.own_page, "own_page"), at=NOON)
    assert Endorsement.objects.get(origin="form").state == State.WITHDRAWN


def test_a_level_is_on_record_and_set_once(appeal: Appeal) -> None:
    assert site_state.set_level(Level.CLOSED, by=MODERATOR, at=NOON)
    assert not site_state.set_level(Level.CLOSED, by=MODERATOR, at=NOON)
    (event,) = AuditEvent.objects.filter(verb="set_level")
    assert (event.subject_kind, event.reason, event.actor_id) == ("sitestate", "closed", MODERATOR.id)
