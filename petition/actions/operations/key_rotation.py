"""A new pair of keys: everything sealed is opened with an old key and sealed with the new one, while the site runs."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import reduce
from operator import or_

from django.apps import apps
from django.db import models, transaction
from django.db.models import Q

from petition.security import encryption

_AT_ONCE = 200


@dataclass
class Rotation:
    """What a run did. `lost` names the texts that no key here opens as (table, number of the row, column)."""

    sealed_anew: int = 0
    lost: list[tuple[str, int, str]] = field(default_factory=list)
    in_use: Counter[str] = field(default_factory=Counter)  # key ids of all that is sealed, when the run ended


def sealed_columns() -> dict[type[models.Model], list[str]]:
    """Every column of every table whose name says that it is sealed."""
    found = {
        model: [column.attname for column in model._meta.concrete_fields if column.attname.startswith("sealed_")]
        for model in apps.get_app_config("petition").get_models()
    }
    return {model: columns for model, columns in found.items() if columns}


def rotate(*, tell: Callable[[str, int, int], None] = lambda table, done, of: None) -> Rotation:
    """Everything that a key here opens is sealed with CONTACT_PUBLIC_KEY; what none opens is left as it is.

    Rows are taken by number, _AT_ONCE in a transaction, and what is sealed with the present key is passed over: a run
    that was interrupted goes on where it stopped, and a site that runs waits for no more than one such step. `tell`
    hears the table and how many of its rows are done, and of how many.
    """
    rotation = Rotation()
    for model, columns in sealed_columns().items():
        rows = _to_rotate(model, columns)
        done, of = 0, rows.count()
        for numbers in _in_steps(rows):
            _one_step(model, columns, numbers, rotation)
            done += len(numbers)
            tell(model._meta.model_name or "", done, of)
    for model, columns in sealed_columns().items():
        for column in columns:
            texts = model._default_manager.exclude(**{column: ""}).values_list(column, flat=True)
            rotation.in_use.update(encryption.key_id_of(text) for text in texts.iterator())
    return rotation


def _to_rotate(model: type[models.Model], columns: list[str]) -> models.QuerySet[models.Model]:
    """Rows with anything that another key than the present one seals."""
    present, _ = encryption.key_ids()
    other = [~Q(**{column: ""}) & ~Q(**{f"{column}__startswith": f"{present}:"}) for column in columns]
    return model._default_manager.filter(reduce(or_, other)).order_by("pk")


def _in_steps(rows: models.QuerySet[models.Model]) -> Iterator[list[int]]:
    last = 0
    while numbers := list(rows.filter(pk__gt=last).values_list("pk", flat=True)[:_AT_ONCE]):
        yield numbers
        last = numbers[-1]


@transaction.atomic
def _one_step(model: type[models.Model], columns: list[str], numbers: list[int], rotation: Rotation) -> None:
    """Only the sealed columns are written, under the row's lock, so whatever else changes at the same time stays."""
    rows = model._default_manager.select_for_update(of=("self",)).filter(pk__in=numbers).order_by("pk")
    for row in rows.only("pk", *columns):
        anew = {}
        for column in columns:
            text = getattr(row, column)
            if not text or encryption.is_sealed_with_present_key(text):
                continue
            try:
                anew[column] = encryption.seal(encryption.opened(text))
            except encryption.CannotOpen:
                rotation.lost.append((model._meta.model_name or "", row.pk, column))
        if anew:
            model._default_manager.filter(pk=row.pk).update(**anew)
            rotation.sealed_anew += len(anew)
