"""An encrypted value that is out of place is told to staff, and reading goes on."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from pytest_django import Settings

from petition.actions.mailing import staff_alerts
from petition.actions.staff import attention
from petition.models import Contact, OutgoingMail, Role, SiteState
from petition.reference import clock
from petition.security import encryption, unreadable
from petition.security.keys import generate_keys
from tests import factories
from tests.admin.staff_accounts import create_account, create_client
from tests.clocks import mark_worker_alive

pytestmark = [pytest.mark.both_databases, pytest.mark.usefixtures("committed")]


@pytest.fixture(autouse=True)
def nothing_found() -> None:
    """As in a new process."""
    encryption.out_of_place.clear()
    unreadable.forget_last()


@pytest.fixture
def moved() -> Contact:
    """A contact whose mailbox was copied from another row, as by somebody with the database's login."""
    appeal = factories.an_appeal()
    first, second = (factories.confirmed(appeal) for _ in range(2))
    stolen = Contact.objects.get(endorsement=first).sealed_mailbox
    Contact.objects.filter(endorsement=second).update(sealed_mailbox=stolen)
    return Contact.objects.get(endorsement=second)


def read(contact: Contact) -> None:
    with pytest.raises(encryption.CannotDecrypt):
        encryption.decrypt_column(contact, "sealed_mailbox")


def was_stored() -> bool:
    return SiteState.objects.filter(unreadable_at__isnull=False).exists()


def test_it_is_stored_after_the_request_or_the_round(moved: Contact) -> None:
    read(moved)
    unreadable.store_unreadable()
    assert was_stored()


def test_in_a_transaction_that_is_rolled_back_it_is_stored_afterwards(moved: Contact) -> None:
    with pytest.raises(encryption.CannotDecrypt), transaction.atomic():
        try:
            encryption.decrypt_column(moved, "sealed_mailbox")
        finally:
            unreadable.store_unreadable()
    assert not was_stored()
    unreadable.store_unreadable()
    assert was_stored()


def test_a_staff_page_stores_what_it_found_in_a_transaction(moved: Contact) -> None:
    """Opening a contact is one transaction with its event in the audit log."""
    client = create_client(create_account("moderator", Role.MODERATOR))
    client.post(f"/admin/endorsements/{moved.endorsement_id}/contact/")
    assert was_stored()


def test_a_missing_key_is_no_such_value(moved: Contact, settings: Settings) -> None:
    settings.CONTACT_PRIVATE_KEYS = [generate_keys()["CONTACT_PRIVATE_KEY"]]
    read(moved)
    unreadable.store_unreadable()
    assert not was_stored()


def test_the_reader_goes_on_where_it_cannot_be_stored(moved: Contact) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE petition_sitestate RENAME TO elsewhere")
    try:
        read(moved)
        unreadable.store_unreadable()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE elsewhere RENAME TO petition_sitestate")
    unreadable.store_unreadable()
    assert was_stored()


def test_staff_see_it_for_seven_days_and_administrators_get_one_mail(moved: Contact) -> None:
    create_account("administrator", Role.ADMINISTRATOR)
    read(moved)
    now = clock.now()
    SiteState.objects.update_or_create(pk=1, defaults={"unreadable_at": now})
    assert attention.UNREADABLE in attention.find_problems(at=now + timedelta(days=6, hours=23))
    assert attention.UNREADABLE not in attention.find_problems(at=now + timedelta(days=7, hours=1))
    mark_worker_alive(at=now)
    page = create_client(create_account("moderator", Role.MODERATOR)).get("/admin/").content.decode()
    assert "An encrypted value was changed" in page
    for _ in range(2):
        staff_alerts.queue_alerts(at=now)
    assert OutgoingMail.objects.filter(message="unreadable").count() == 1
    staff_alerts.queue_alerts(at=now + timedelta(days=2))
    assert OutgoingMail.objects.filter(message="unreadable").count() == 1


def test_visitors_do_not_see_it(moved: Contact) -> None:
    read(moved)
    page = Client(headers={"host": "127.0.0.1:8000"}).get("/admin/login/").content.decode()
    assert "encrypted value" not in page
