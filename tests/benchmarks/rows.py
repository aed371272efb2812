"""Fill the appeal's list up to a length, without the actions, which would take a quarter of an hour.

python -m tests.benchmarks.rows 100000
"""

import sys

import django

BATCH = 5000
NAMES = (
    "Made-up Fund {}",
    "Выдуманный фонд «Пример {}»",
    "Ойдон чыгарылган «Үлгү {}» фонду",
    "Imaginary International Association of Journalists and Observers of Elections, Section {}",
    "Vymyšlené sdružení č. {}",
)
COUNTRIES = (("KG", "Kyrgyzstan"), ("KZ", "Kazakhstan"), ("DE", "Germany"), ("", ""), ("PL", "Poland"))


def main(length: int) -> None:
    django.setup()
    from django.db import transaction
    from django.db.models import F

    from petition.actions.audit import OPERATOR, record
    from petition.models import Appeal, Kind, Signatory
    from petition.reference import clock
    from petition.text.names import fold, fold_to_latin

    now = clock.now()
    appeal = Appeal.objects.get()
    with transaction.atomic():
        event = record("fill", subject=appeal, by=OPERATOR, at=now)
        lines = []
        for number in range(appeal.last_number + 1, length + 1):
            name = NAMES[number % len(NAMES)].format(number)
            code, country = COUNTRIES[number % len(COUNTRIES)]
            label = f"{name} ({country})" if country else name
            lines.append(
                Signatory(
                    appeal=appeal, kind=Kind.FURTHER, number=number, label=label, name=name, countries=code,
                    countries_as_printed=country, folded=fold(label), latin=fold_to_latin(label), listed_on=now.date(),
                    explained_by=event.pk,
                )
            )  # fmt: skip
        Signatory.objects.bulk_create(lines, batch_size=BATCH)
        Appeal.objects.update(last_number=length, revision=F("revision") + len(lines), revised_at=now, as_of=now.date())
    sys.stdout.write(str(Signatory.objects.count()))


if __name__ == "__main__":
    main(int(sys.argv[1]))
