"""Re-encrypt everything with a new pair of keys while the site runs."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import models, transaction
from django.db.models import Q

from petition.actions.staff import second_factor_secrets
from petition.models import IntakeRow
from petition.models.encrypted import EncryptedRow
from petition.security import encryption

_AT_ONCE = 200


@dataclass
class Rotation:
    """What a run did."""

    reencrypted: int = 0
    unreadable: list[tuple[str, int, str]] = field(default_factory=list)  # (table, number of the row, column)
    in_use: Counter[str] = field(default_factory=Counter)  # texts by the id of their key when the run ended
    # Rows of the intake by the id of the key that opens them: nobody but the worker can open them, so they stay.
    waiting: Counter[str] = field(default_factory=Counter)


def get_encrypted_columns() -> dict[type[EncryptedRow], list[str]]:
    """Return the encrypted columns of each table: those whose names begin with `sealed_`."""
    columns_of = {
        model: [column.attname for column in model._meta.concrete_fields if column.attname.startswith("sealed_")]
        for model in apps.get_app_config("petition").get_models()
        if issubclass(model, EncryptedRow)
    }
    return {model: columns for model, columns in columns_of.items() if columns}


def rotate_keys(*, on_progress: Callable[[str, int, int], None] = lambda table, done, of: None) -> Rotation:
    """Encrypt everything that a key here decrypts with CONTACT_PUBLIC_KEY, and leave the rest as it is.

    `on_progress` is called with the table, how many of its rows are done, and of how many.
    """
    rotation = Rotation()
    # _AT_ONCE rows in a transaction, so that the site waits for one such step at most. Texts under the current key are
    # skipped, so an interrupted run continues where it stopped.
    for model, columns in get_encrypted_columns().items():
        rows = _to_rotate(model, columns)
        done, of = 0, rows.count()
        for numbers in _in_steps(rows):
            _one_step(model, columns, numbers, rotation)
            done += len(numbers)
            on_progress(model._meta.model_name or "", done, of)
    _rotate_second_factors(rotation, on_progress)
    for model, columns in get_encrypted_columns().items():
        for column in columns:
            texts = model._default_manager.exclude(**{column: ""}).values_list(column, flat=True)
            rotation.in_use.update(encryption.get_key_id(text) for text in texts.iterator())
    rotation.in_use.update(map(encryption.get_key_id, second_factor_secrets.list_stored_secrets()))
    rotation.waiting.update(IntakeRow.objects.filter(done_at=None).values_list("key_id", flat=True))
    return rotation


def _rotate_second_factors(rotation: Rotation, on_progress: Callable[[str, int, int], None]) -> None:
    numbers = list(Authenticator.objects.order_by("pk").values_list("pk", flat=True))
    for done, number in enumerate(numbers, 1):
        try:
            rotation.reencrypted += second_factor_secrets.reencrypt_secrets(number)
        except encryption.CannotDecrypt:
            rotation.unreadable.append(("authenticator", number, "data"))
        on_progress("authenticator", done, len(numbers))


def _to_rotate(model: type[EncryptedRow], columns: list[str]) -> models.QuerySet[EncryptedRow]:
    """Return the rows with any text that is not encrypted with the current key."""
    current, _ = encryption.get_key_ids()
    other = [~Q(**{column: ""}) & ~Q(**{f"{column}__startswith": f"{current}:"}) for column in columns]
    return model._default_manager.filter(reduce(or_, other)).order_by("pk")


def _in_steps(rows: models.QuerySet[EncryptedRow]) -> Iterator[list[int]]:
    last = 0
    while numbers := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:_AT_ONCE]):
        yield numbers
        last = numbers[-1]


@transaction.atomic
def _one_step(model: type[EncryptedRow], columns: list[str], numbers: list[int], rotation: Rotation) -> None:
    """Re-encrypt the rows with these numbers."""
    # Only the encrypted columns are written, under the row's lock: changes of other columns at the same time stay.
    rows = model._default_manager.select_for_update(of=("self",)).filter(pk__in=numbers).order_by("pk")
    for row in rows.only("pk", "uid", *columns):
        changes = {}
        for column in columns:
            text = getattr(row, column)
            if not text or encryption.is_encrypted_with_current_key(text):
                continue
            try:
                encryption.encrypt_column(row, column, encryption.decrypt_column(row, column))
                changes[column] = getattr(row, column)
            except encryption.CannotDecrypt:
                rotation.unreadable.append((model._meta.model_name or "", row.pk, column))
        if changes:
            model._default_manager.filter(pk=row.pk).update(**changes)
            rotation.reencrypted += len(changes)
