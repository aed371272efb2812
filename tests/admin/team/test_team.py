"""Invitations, roles, disabled accounts; and contacts, opened one at a time."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.test import Client
from pytest_django.fixtures import Settings

from petition.actions.audit import OPERATOR, Actor
from petition.actions.operations import retention
from petition.actions.staff import accounts, roles
from petition.models import Appeal, AuditEvent, Contact, Invitation, Role, RoleProposal, get_roles
from petition.reference import clock
from tests.admin.staff_accounts import create_account, create_client
from tests.factories import NOON, confirmed, mails

PASS_PHRASE = "seven horses over the pass"
INVITED = {"name": "aigul", "mailbox": "aigul@desk.example", "language": "ru"}


@pytest.fixture
def chief(db: None) -> User:
    return create_account("chief", is_superuser=True)


def invite(by: User, **typed: object) -> str:
    """Send the form; return the path of the link that was mailed."""
    response = create_client(by).post("/admin/staff/invite/", INVITED | typed)
    assert (response.status_code, response["Location"]) == (303, "/admin/staff/")
    message, address, content = mails()[-1]
    assert (message, address, content["name"]) == ("invitation", "aigul@desk.example", "aigul")
    return str(content["url"]).removeprefix("http://127.0.0.1:8000")


def choose(client: Client, path: str, password: str = PASS_PHRASE) -> int:
    return client.post(path, {"new_password1": password, "new_password2": password}).status_code


def verbs() -> list[str]:
    return list(AuditEvent.objects.filter(subject_kind="account").order_by("pk").values_list("verb", flat=True))


def test_an_invited_moderator_sets_a_password_once_and_can_work(chief: User, client: Client, appeal: Appeal) -> None:
    path = invite(chief, roles=["moderator"])
    page = client.get(path)
    assert page["Referrer-Policy"] == "no-referrer"
    assert "aigul" in page.content.decode()
    assert not User.objects.get(username="aigul").has_usable_password()
    assert client.post("/admin/login/", {"username": "aigul", "password": ""}).status_code == 200
    assert choose(client, path, "short") == 422
    assert choose(client, path) == 303
    assert (client.get(path).status_code, choose(client, path)) == (404, 404)
    signed_in = client.post("/admin/login/", {"username": "aigul", "password": PASS_PHRASE}, follow=True)
    assert signed_in.redirect_chain[-1][0] == "/admin/"
    assert "Endorsements" in signed_in.content.decode()
    assert client.get("/admin/staff/").status_code == 403
    assert verbs() == ["invite", "give_role", "set_password", "sign_in"]
    assert not re.search(r"aigul|desk\.example", str(list(AuditEvent.objects.values_list())))


def test_the_link_is_kept_as_a_hash_and_lasts_seven_days(chief: User, client: Client) -> None:
    path = invite(chief)
    assert path.split("/")[-2] not in str(Invitation.objects.values_list())
    late = clock.now() + accounts.INVITATION_LASTS
    with clock.freeze(late):
        assert client.get(path).status_code == 404
    retention.purge(at=late)
    assert not Invitation.objects.exists()


def test_a_second_link_ends_the_first_and_goes_to_the_same_mailbox(chief: User, client: Client) -> None:
    first = invite(chief)
    account = User.objects.get(username="aigul")
    assert create_client(chief).post(f"/admin/staff/{account.pk}/", {"do": "invite"}).status_code == 303
    assert client.get(first).status_code == 404
    assert mails()[-1][1] == "aigul@desk.example"
    create_client(chief).post(f"/admin/staff/{account.pk}/", {"mailbox": "mine@desk.example"})
    account.refresh_from_db()
    assert account.email == "aigul@desk.example"  # nobody redirects somebody else's mail


def test_a_taken_or_invalid_name_is_refused(chief: User) -> None:
    for name in ("CHIEF", "chief", "a b", "=1"):
        response = create_client(chief).post("/admin/staff/invite/", INVITED | {"name": name})
        assert response.status_code == 422, name
    assert mails() == []


def test_an_account_can_change_its_own_mailbox(chief: User) -> None:
    client = create_client(chief)
    assert client.post(f"/admin/staff/{chief.pk}/", {"mailbox": "not one"}).status_code == 422
    assert client.post(f"/admin/staff/{chief.pk}/", {"mailbox": "new@desk.example"}).status_code == 303
    chief.refresh_from_db()
    assert chief.email == "new@desk.example"


def test_a_sole_administrator_gives_roles_alone_and_one_of_two_needs_the_other(chief: User) -> None:
    guest = create_account("guest")
    mine = create_client(chief)
    mine.post(f"/admin/staff/{guest.pk}/", {"do": "give:administrator"})
    assert get_roles(User.objects.get(pk=guest.pk)) == {Role.ADMINISTRATOR}
    mine.post(f"/admin/staff/{guest.pk}/", {"do": "give:moderator"})
    assert get_roles(User.objects.get(pk=guest.pk)) == {Role.ADMINISTRATOR}
    proposal = RoleProposal.objects.get()
    agree = f"/admin/staff/roles/{proposal.pk}/"
    assert "Another administrator must agree" in mine.post(agree, {"do": "agree"}, follow=True).content.decode()
    assert get_roles(User.objects.get(pk=guest.pk)) == {Role.ADMINISTRATOR}
    second = create_client(guest)
    second.post(agree, {"do": "agree"})
    assert get_roles(User.objects.get(pk=guest.pk)) == {Role.ADMINISTRATOR, Role.MODERATOR}
    assert "already decided this" in second.post(agree, {"do": "agree"}, follow=True).content.decode()
    events = AuditEvent.objects.filter(subject_kind="account").order_by("pk")
    assert list(events.values_list("verb", "reason", "actor_id")) == [
        ("give_role", "administrator", chief.pk),
        ("propose_role", "moderator", chief.pk),
        ("give_role", "moderator", guest.pk),
    ]


def test_an_invitation_by_one_of_two_gives_no_role_by_itself(chief: User) -> None:
    create_account("second", Role.ADMINISTRATOR)
    invite(chief, roles=["moderator", "administrator"])
    assert get_roles(User.objects.get(username="aigul")) == set()
    assert {proposal.role for proposal in RoleProposal.objects.all()} == {"moderator", "administrator"}


def test_a_role_is_removed_at_once_but_not_the_last_administrator(chief: User) -> None:
    guest = create_account("guest", Role.ADMINISTRATOR, Role.EDITOR)
    client = create_client(guest)
    client.post(f"/admin/staff/{chief.pk}/", {"do": "take:moderator"})
    assert get_roles(User.objects.get(pk=chief.pk)) == set(Role) - {Role.MODERATOR}
    create_client(chief).post(f"/admin/staff/{chief.pk}/", {"do": "take:administrator"})
    for last in ("take:administrator", "disable"):
        page = client.post(f"/admin/staff/{guest.pk}/", {"do": last}, follow=True).content.decode()
        assert "You are the only administrator" in page
    assert Role.ADMINISTRATOR in get_roles(User.objects.get(pk=guest.pk))
    assert client.post(f"/admin/staff/{guest.pk}/", {"do": "explode"}).status_code == 400


@pytest.mark.parametrize("do", ["take:administrator", "disable"])
def test_neither_of_two_administrators_can_lock_the_other_out(chief: User, do: str) -> None:
    """That account could give roles alone from then on, and so pass every rule of two people."""
    guest = create_account("guest", Role.ADMINISTRATOR)
    for one, other in ((chief, guest), (guest, chief)):
        page = create_client(one).post(f"/admin/staff/{other.pk}/", {"do": do}, follow=True).content.decode()
        assert "You would be the only administrator" in page
        assert Role.ADMINISTRATOR in get_roles(User.objects.get(pk=other.pk))
    create_account("third", Role.ADMINISTRATOR)
    create_client(chief).post(f"/admin/staff/{guest.pk}/", {"do": do})
    assert Role.ADMINISTRATOR not in get_roles(User.objects.get(pk=guest.pk))


def test_disabling_ends_sessions_and_enabling_restores_no_role(chief: User, appeal: Appeal) -> None:
    guest = create_account("guest", Role.MODERATOR)
    at_work = create_client(guest)
    assert at_work.get("/admin/").status_code == 200
    path = f"/admin/staff/{guest.pk}/"
    create_client(chief).post(path, {"do": "disable"})
    assert at_work.get("/admin/")["Location"].startswith("/admin/login/")
    assert not any(session.get_decoded().get("_auth_user_id") == str(guest.pk) for session in Session.objects.all())
    create_client(chief).post(path, {"do": "enable"})
    guest = User.objects.get(pk=guest.pk)
    assert (guest.is_active, get_roles(guest)) == (True, frozenset())
    assert at_work.get("/admin/")["Location"].startswith("/admin/login/")


def test_a_disabled_superuser_loses_that_status(chief: User) -> None:
    second = create_account("second", is_superuser=True)
    create_account("third", Role.ADMINISTRATOR)
    accounts.disable(second.pk, by=Actor.staff(chief.pk), at=NOON)
    accounts.enable(second.pk, by=Actor.staff(chief.pk), at=NOON)
    assert get_roles(User.objects.get(pk=second.pk)) == set()
    with pytest.raises(User.DoesNotExist):
        roles.give_role(0, Role.EDITOR, by=OPERATOR, at=NOON)


@pytest.mark.parametrize(
    ("role", "home"),
    [
        (Role.EDITOR, "/admin/texts/"),
        (Role.ADMINISTRATOR, "/admin/staff/"),
        (Role.AUDITOR, "/admin/petition/auditevent/"),
    ],
)
def test_each_role_starts_on_its_own_page_with_its_own_menu(appeal: Appeal, role: Role, home: str) -> None:
    client = create_client(create_account("guest", role))
    page = client.get("/admin/", follow=True)
    assert page.redirect_chain == [(home, 302)]
    ways = re.search(r'<nav class="staff-menu".*?</nav>', page.content.decode(), re.DOTALL)
    assert ways
    for address in re.findall(r'href="([^"]+)"', ways[0]):
        assert client.get(address).status_code == 200, address


def test_a_sign_in_from_a_new_browser_sends_one_mail(appeal: Appeal, client: Client) -> None:
    account = create_account("guest", Role.MODERATOR)
    typed = {"username": "guest", "password": "a long pass phrase"}
    for _again in range(2):
        client.post("/admin/login/", typed)
        client.post("/admin/logout/")
    assert [(message, address) for message, address, _ in mails()] == [("new_device", "guest@desk.example")]
    assert client.cookies["devices"]["path"] == "/admin/"
    Client(headers={"host": "127.0.0.1:8000"}).post("/admin/login/", typed)
    client.cookies["devices"] = f"{'a' * 64}.{client.cookies['devices'].value[1:]}"  # made up
    client.post("/admin/login/", typed)
    assert len(mails()) == 3
    client.post("/admin/logout/")
    account.set_password(PASS_PHRASE)  # after which no browser is known
    account.save()
    client.post("/admin/login/", typed | {"password": PASS_PHRASE})
    assert len(mails()) == 4


def test_on_https_the_session_cookie_is_secure(appeal: Appeal, settings: Settings) -> None:
    settings.SITE_IS_HTTPS = True
    create_account("guest", Role.MODERATOR)
    client = Client(headers={"host": "127.0.0.1:8000"})
    client.post("/admin/login/", {"username": "guest", "password": "a long pass phrase"}, secure=True)
    cookie = client.cookies["__Secure-devices"]
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Strict")


def test_a_session_ends_after_twelve_hours_however_busy(appeal: Appeal) -> None:
    client = create_client(create_account("guest", Role.MODERATOR))
    began = clock.now()
    for hour in range(12):
        with clock.freeze(began + timedelta(hours=hour)):
            assert client.get("/admin/").status_code == 200
    with clock.freeze(began + timedelta(hours=12, seconds=1)):
        assert client.get("/admin/")["Location"] == "/admin/login/"


def test_opening_a_contact_takes_a_button_and_is_recorded(appeal: Appeal) -> None:
    moderator = create_account("guest", Role.MODERATOR)
    client = create_client(moderator)
    waiting = confirmed(appeal, contact_name="Asel <b>", contact_role="Director", contact_email="asel@fund.example")
    page = f"/admin/endorsements/{waiting.pk}/"
    shown = client.get(page).content.decode()
    assert "asel@fund.example" not in shown
    assert "<dd>fund.example</dd>" in shown  # the domain alone does not open the contact
    assert not AuditEvent.objects.filter(verb="open_contact").exists()
    assert client.get(f"{page}contact/").status_code == 405
    opened = client.post(f"{page}contact/")
    for shown in ("Asel &lt;b&gt;", "Director", "asel@fund.example"):
        assert shown in opened.content.decode()
    assert "no-store" in opened["Cache-Control"]
    look = AuditEvent.objects.latest("pk")
    assert (look.verb, look.subject_id, look.actor_id) == ("open_contact", waiting.pk, moderator.pk)
    assert "contact opened (guest)" in client.get(page).content.decode()
    assert "asel" not in str(dict(client.session)).lower()


def test_without_a_contact_or_key_nothing_is_recorded(appeal: Appeal, settings: Settings) -> None:
    client = create_client(create_account("guest", Role.MODERATOR))
    waiting = confirmed(appeal)
    settings.CONTACT_PRIVATE_KEYS = []
    address = f"/admin/endorsements/{waiting.pk}/contact/"
    assert "does not have the key" in client.post(address, follow=True).content.decode()
    Contact.objects.filter(endorsement=waiting).delete()
    assert "It has no contact" in client.post(address, follow=True).content.decode()
    assert client.post("/admin/endorsements/999/contact/").status_code == 404
    assert not AuditEvent.objects.filter(verb="open_contact").exists()
