"""Suspicious forms are put on hold, never refused: every sender gets the same response and the same mail."""

from datetime import datetime, timedelta

import pytest

from petition.actions.endorsing import confirmation
from petition.actions.intake.accept import submit
from petition.actions.intake.submissions import Arrival
from petition.actions.operations import retention, site_state
from petition.actions.refusals import NotOpen
from petition.actions.self_service import own_page, private_links
from petition.models import Appeal, AuditEvent, Endorsement, Level, RateCount, State
from petition.security import rate_limits
from petition.security.tokens import hash_token
from tests import factories
from tests.actions.self_service import leaving
from tests.factories import MODERATOR, NOON, a_code_digest, a_submission, mails, token_in

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HONEST = Arrival(network="5c1e", seconds=90, honeypot_filled=False)


def send_form(
    appeal: Appeal, *, network: str = "", seconds: int | None = 90, honeypot_filled: bool = False, at: datetime = NOON,
    **form: str,
) -> Endorsement:  # fmt: skip
    """Send a form from a mailbox with a domain of its own unless `form` sets another."""
    submission = a_submission(**form)
    if "contact_email" not in form:
        submission = a_submission(**form, contact_email=f"info@{submission.contact_email.split('@')[0]}.example")
    bucket = rate_limits.compute_network_bucket(network, rate_limits.read_weekly_key())
    submit(appeal, submission, arrival=Arrival(bucket, seconds, honeypot_filled), at=at)
    return Endorsement.objects.latest("pk")


def get_hold_reasons(rows: list[Endorsement]) -> list[str]:
    return [row.quarantined_for for row in rows]


# --- what is kept ---


@pytest.mark.both_databases
def test_facts_about_the_mailbox_are_stored_as_codes_and_hashes(appeal: Appeal) -> None:
    first = send_form(
        appeal, network="203.0.113.0/24", contact_email="a@fund.example", website="https://www.fund.example/"
    )
    same = send_form(appeal, network="203.0.113.0/24", contact_email="b@Fund.example")
    free = send_form(appeal, network="2001:db8::/64", contact_email="fund@gmail.com", website="gmail.com")
    brief = send_form(appeal, contact_email="x@yopmail.com")
    assert [row.hints for row in (first, same, free, brief)] == [
        ["mail_matches_website"], [], ["free_mail"], ["disposable_mail"],
    ]  # fmt: skip
    assert first.domain_index == same.domain_index != brief.domain_index
    assert free.domain_index == "", "a free mail domain identifies nobody"
    assert first.network_index == same.network_index != free.network_index
    assert (len(first.network_index), brief.network_index) == (4, "")
    assert (first.seconds_to_fill, first.quarantined_at, first.quarantined_for) == (90, None, "")
    assert "fund" not in first.domain_index + first.network_index


@pytest.mark.both_databases
def test_a_network_is_erased_after_a_week(appeal: Appeal) -> None:
    row = factories.confirmed(appeal)
    Endorsement.objects.filter(pk=row.pk).update(network_index="abcd", domain_index="b" * 64)
    retention.purge(at=NOON + 7 * DAY - HOUR)
    row.refresh_from_db()
    assert row.network_index == "abcd"
    retention.purge(at=NOON + 7 * DAY)
    row.refresh_from_db()
    assert (row.network_index, row.domain_index) == ("", "b" * 64)


@pytest.mark.both_databases
def test_the_same_network_has_another_bucket_the_next_week(appeal: Appeal) -> None:
    """Five networks, since one has the same bucket by chance in one week of 65,536."""
    networks = [f"203.0.{number}.0/24" for number in range(5)]
    buckets = set()
    for week in range(2):
        at = NOON + week * rate_limits.KEY_LASTS
        retention.purge(at=at)
        buckets.add(tuple(send_form(appeal, network=network, at=at).network_index for network in networks))
    assert len(buckets) == 2


@pytest.mark.both_databases
def test_forgetting_the_mailbox_erases_its_domain(appeal: Appeal) -> None:
    row = send_form(appeal, contact_email="a@fund.example")
    confirmed = confirmation.confirm(hash_token(token_in(mails()[-1][2]), "confirm"), at=NOON)
    token = private_links.create_own_page_link(confirmed)
    own_page.forget_mailbox(hash_token(token, "own_page"), a_code_digest(), at=NOON)
    row.refresh_from_db()
    assert (row.domain_index, row.mailbox_index) == ("", "")


# --- what is set aside ---


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("arrival", "reason"),
    [
        ({"honeypot_filled": True, "seconds": None}, "honeypot"),
        ({"seconds": None}, "no_stamp"),
        ({"seconds": 2}, "too_fast"),
        ({"seconds": 3}, ""),
        ({"seconds": -60}, ""),
    ],
)
def test_a_form_sent_by_a_program_is_put_on_hold_with_the_same_mail(
    appeal: Appeal, arrival: dict[str, int | None], reason: str
) -> None:
    row = send_form(appeal, **arrival)  # type: ignore[arg-type]  # the two fields above
    assert (row.quarantined_for, row.quarantined_at) == (reason, NOON if reason else None)
    assert [message for message, _, _ in mails()] == ["confirm_mailbox"]
    confirmed = confirmation.confirm(hash_token(token_in(mails()[0][2]), "confirm"), at=NOON)
    assert (confirmed.state, confirmed.quarantined_for) == (State.CONFIRMED, reason)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("limit", "same"),
    [
        (rate_limits.ENDORSEMENTS_BY_MAILBOX, {"contact_email": "asel@gmail.com"}),
        (rate_limits.ENDORSEMENTS_FROM_NETWORK, {"network": "203.0.113.0/24"}),
        (rate_limits.ENDORSEMENTS_AT_DOMAIN, {"contact_email": "{}@fund.example"}),
    ],
)
def test_a_form_above_a_limit_is_put_on_hold_and_others_are_not(
    appeal: Appeal, limit: rate_limits.Limit, same: dict[str, str]
) -> None:
    def one_more(number: int, at: datetime) -> Endorsement:
        return send_form(appeal, at=at, **{name: value.format(number) for name, value in same.items()})  # type: ignore[arg-type]

    rows = [one_more(number, NOON) for number in range(limit.most + 2)]
    assert get_hold_reasons(rows) == [""] * limit.most + [limit.name] * 2
    assert send_form(appeal, network="198.51.100.0/24").quarantined_for == ""
    assert one_more(99, NOON + limit.per).quarantined_for == ""


@pytest.mark.both_databases
def test_very_many_for_one_appeal_are_put_on_hold(appeal: Appeal, monkeypatch: pytest.MonkeyPatch) -> None:
    few = rate_limits.Limit("appeal", 5, HOUR)
    monkeypatch.setattr(rate_limits, "ENDORSEMENTS_FOR_APPEAL", few)
    assert get_hold_reasons([send_form(appeal) for _ in range(6)]) == [""] * 5 + ["appeal"]
    assert send_form(factories.an_appeal("other")).quarantined_for == ""


@pytest.mark.both_databases
def test_a_free_mailbox_does_not_count_for_its_domain(appeal: Appeal) -> None:
    assert set(
        get_hold_reasons([send_form(appeal, contact_email=f"fund{number}@mail.ru") for number in range(30)])
    ) == {""}


@pytest.mark.both_databases
def test_a_repeated_form_counts_once(appeal: Appeal) -> None:
    for _ in range(40):
        submit(appeal, factories.SUBMISSION, arrival=HONEST, at=NOON)
    assert set(RateCount.objects.exclude(turns__gt=[]).values_list("count", flat=True)) == {1}
    assert Endorsement.objects.get(origin="form").quarantined_for == ""


@pytest.mark.long
def test_two_hundred_organisations_behind_one_address_within_an_hour_are_all_accepted(appeal: Appeal) -> None:
    rows = [send_form(appeal, network="203.0.113.0/24", at=NOON + number * HOUR / 201) for number in range(200)]
    assert len({row.pk for row in rows}) == 200
    owed = mails()
    assert [message for message, _, _ in owed] == ["confirm_mailbox"] * 200
    for _, _, content in owed:
        confirmation.confirm(hash_token(token_in(content), "confirm"), at=NOON + HOUR)
    assert Endorsement.objects.filter(state=State.CONFIRMED).count() == 200
    assert set(get_hold_reasons(rows)) == {"", "network"}


# --- levels ---


@pytest.mark.both_databases
def test_on_the_stricter_level_everything_is_put_on_hold(appeal: Appeal) -> None:
    assert site_state.set_level(Level.STRICTER, by=MODERATOR, at=NOON)
    assert send_form(appeal).quarantined_for == "stricter"
    assert send_form(appeal, honeypot_filled=True).quarantined_for == "honeypot", "the worse reason"
    site_state.set_level(Level.NORMAL, by=MODERATOR, at=NOON)
    assert send_form(appeal).quarantined_for == ""


@pytest.mark.both_databases
def test_a_closed_site_accepts_nothing_but_confirmations_and_withdrawals(appeal: Appeal) -> None:
    send_form(appeal)
    token = token_in(mails()[-1][2])
    site_state.set_level(Level.CLOSED, by=MODERATOR, at=NOON)
    before = RateCount.objects.count()
    with pytest.raises(NotOpen):
        send_form(appeal)
    assert (Endorsement.objects.filter(origin="form").count(), RateCount.objects.count()) == (1, before)
    result = confirmation.confirm(hash_token(token, "confirm"), at=NOON)
    leaving.withdraw(hash_token(private_links.create_own_page_link(result), "own_page"), at=NOON)
    assert Endorsement.objects.get(origin="form").state == State.WITHDRAWN


@pytest.mark.both_databases
def test_setting_a_level_is_recorded_once(appeal: Appeal) -> None:
    assert site_state.set_level(Level.CLOSED, by=MODERATOR, at=NOON)
    assert not site_state.set_level(Level.CLOSED, by=MODERATOR, at=NOON)
    (event,) = AuditEvent.objects.filter(verb="set_level")
    assert (event.subject_kind, event.reason, event.actor_id) == ("sitestate", "closed", MODERATOR.id)
