"""After a rotation the new key decrypts everything and the old key nothing."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from petition.actions import stale_forms
from petition.actions.intake import known_organisations
from petition.actions.intake.known_organisations import KnownEntry
from petition.actions.listing.entries import EntryProposal
from petition.actions.mailing import mailbox_mails
from petition.actions.moderation import decisions, internal_notes, spelling, verification
from petition.actions.moderation.verification import CheckResult
from petition.actions.operations import key_rotation
from petition.actions.operations.key_rotation import get_encrypted_columns, rotate_keys
from petition.actions.self_service import disputes, own_page
from petition.models import Appeal, Contact, ContactChange, Dispute, Endorsement, Kind, OutgoingMail
from petition.security import encryption
from petition.security.keys import generate_keys
from petition.security.tokens import hash_token
from tests import factories
from tests.factories import MODERATOR, NOON, SLUG, mails, token_in
from tests.models.rows import a_correction, an_upload, an_upload_row, create_encrypted, encrypt_columns, update_row

pytestmark = pytest.mark.both_databases

OLD, NEW = generate_keys(), generate_keys()


def use(settings: Settings, public: dict[str, str], *private: dict[str, str]) -> None:
    settings.CONTACT_PUBLIC_KEY = public["CONTACT_PUBLIC_KEY"]
    settings.CONTACT_PRIVATE_KEYS = [keys["CONTACT_PRIVATE_KEY"] for keys in private]


def key_id(settings: Settings, keys: dict[str, str]) -> str:
    use(settings, keys, keys)
    return encryption.get_key_ids()[0]


def contents() -> dict[tuple[str, int, str], Any]:
    """Return all encrypted values, decrypted, by table, row and column."""
    return {
        (model.__name__, row.pk, column): encryption.decrypt_column(row, column)
        for model, columns in get_encrypted_columns().items()
        for row in model._default_manager.all()
        for column in columns
        if getattr(row, column)
    }


@pytest.fixture
def sealed(appeal: Appeal, settings: Settings) -> dict[tuple[str, int, str], Any]:
    """Fill every encrypted column with the old key; then encrypt with the new key and decrypt with both."""
    of_originals = settings.CONTACT_PRIVATE_KEYS
    use(settings, OLD, OLD)
    settings.CONTACT_PRIVATE_KEYS += of_originals
    rotate_keys()
    use(settings, OLD, OLD)
    row = factories.confirmed(appeal)
    a_correction(row)
    decisions.ask_question(row.pk, "Who are you?", by=MODERATOR, at=NOON)
    own_page.answer_question(hash_token(token_in(mails()[-1][2]), "own_page"), "We are.", at=NOON)
    change = ContactChange(endorsement=row, requested_at=NOON)
    create_encrypted(change, sealed_person={"name": "New"}, sealed_mailbox="new@fund.example")
    factories.approved(appeal, display="withheld")
    internal_notes.set_internal_note(row.pk, "Called them.", by=MODERATOR, at=NOON)
    verification.record_check(
        row.pk, CheckResult("other", False, "By post."), seen=stale_forms.last_change_of(row), by=MODERATOR, at=NOON
    )
    known_organisations.replace_known_organisations([KnownEntry("Made-up Fund", "fund.example", "Asel", member=False)])
    spelling.correct_spelling(
        row.pk, EntryProposal("Made-up Fund", "", "KG"), seen=stale_forms.last_change_of(row), by=MODERATOR, at=NOON
    )
    factories.approved(appeal)
    decisions.hide(SLUG, Kind.FURTHER, 1, by=MODERATOR, at=NOON)
    disputes.raise_dispute(appeal, reference="", words="Not us", mailbox="x@fund.example", at=NOON)
    decisions.withdraw(factories.approved(appeal).pk, by=MODERATOR, at=NOON)
    mailbox_mails.request_links("x@fund.example", language="en", at=NOON)
    an_upload_row(an_upload(appeal))
    before = contents()
    use(settings, NEW, NEW, OLD)
    return before


def test_every_encrypted_column_is_encrypted_again(sealed: dict[tuple[str, int, str], Any], settings: Settings) -> None:
    """A new column that no row of the fixture fills fails here: then the fixture has to fill it."""
    every = {(model.__name__, column) for model, columns in get_encrypted_columns().items() for column in columns}
    assert {(table, column) for table, _, column in sealed} == every
    rotation = rotate_keys()
    assert (rotation.reencrypted, rotation.unreadable) == (len(sealed), [])
    assert set(rotation.in_use) == {key_id(settings, NEW)}
    use(settings, NEW, NEW)
    assert contents() == sealed
    use(settings, OLD, OLD)
    with pytest.raises(encryption.CannotDecrypt):
        contents()


def test_a_second_run_changes_nothing(sealed: dict[tuple[str, int, str], Any]) -> None:
    rotate_keys()
    before = list(Contact.objects.values())
    assert rotate_keys().reencrypted == 0
    assert list(Contact.objects.values()) == before


@pytest.mark.parametrize("steps", [1, 3, 6])
def test_an_interrupted_run_continues_where_it_stopped(
    sealed: dict[tuple[str, int, str], Any], settings: Settings, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    monkeypatch.setattr(key_rotation, "_AT_ONCE", 1)
    reports = []

    def stop(*progress: object) -> None:
        reports.append(progress)
        if len(reports) == steps:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rotate_keys(on_progress=stop)
    use(settings, NEW, NEW, OLD)
    assert contents() == sealed, "half of it is done, and all of it can be read"
    assert 0 < rotate_keys().reencrypted < len(sealed)
    use(settings, NEW, NEW)
    assert contents() == sealed


def test_only_encrypted_columns_are_written(sealed: dict[tuple[str, int, str], Any]) -> None:
    def others() -> list[dict[str, Any]]:
        return [
            {name: value for name, value in row.items() if not name.startswith("sealed_")}
            for model in (Endorsement, Contact, OutgoingMail, Dispute)
            for row in model._default_manager.order_by("pk").values()
        ]

    before = others()
    rotate_keys()
    assert others() == before


def test_the_command_prints_progress_and_which_keys_may_be_removed(
    sealed: dict[tuple[str, int, str], Any], settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    old = key_id(settings, OLD)
    use(settings, NEW, NEW, OLD)
    call_command("rotate_keys")
    output = capsys.readouterr().out
    assert f"contact: {Contact.objects.count()} of {Contact.objects.count()}\n" in output
    assert f"{len(sealed)} texts were encrypted with the current key." in output
    assert f"Remove the key {old} from CONTACT_PRIVATE_KEY" in output


def test_undecryptable_values_are_reported_and_kept(
    sealed: dict[tuple[str, int, str], Any], settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    lost = generate_keys()
    use(settings, lost, lost)
    contact = Contact.objects.latest("pk")
    foreign = encrypt_columns(contact, sealed_mailbox="nobody@fund.example").sealed_mailbox
    use(settings, NEW, NEW, OLD)
    update_row(contact, sealed_mailbox=foreign)
    with pytest.raises(CommandError, match="1 texts are encrypted with a key that is not here") as refused:
        call_command("rotate_keys")
    assert refused.value.returncode == 1
    output = capsys.readouterr()
    assert f"No key here decrypts sealed_mailbox of contact {contact.pk}" in output.err
    assert f"{len(sealed) - 1} texts were encrypted with the current key." in output.out
    contact.refresh_from_db()
    assert contact.sealed_mailbox == foreign


def test_a_key_that_is_still_in_use_must_be_kept(
    sealed: dict[tuple[str, int, str], Any],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A web process that was not restarted still encrypts with the old key."""
    old = key_id(settings, OLD)
    use(settings, NEW, NEW, OLD)
    monkeypatch.setattr(key_rotation, "_one_step", lambda *arguments: None)
    call_command("rotate_keys")
    assert f"Keep the key {old}: {len(sealed)} texts" in capsys.readouterr().out


@pytest.mark.django_db
def test_without_a_private_key_it_refuses(settings: Settings) -> None:
    settings.CONTACT_PRIVATE_KEYS = []
    with pytest.raises(CommandError, match="no private key"):
        call_command("rotate_keys")
