from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from petition.actions.operations import key_rotation, retention
from petition.security import encryption


class Command(BaseCommand):
    help = (
        "Seals everything with the present CONTACT_PUBLIC_KEY. Before: put the new pair of `new_keys` into "
        "CONTACT_PUBLIC_KEY and in front of CONTACT_PRIVATE_KEY everywhere, keep the old private key behind it, and "
        "start every process anew. CONTACT_INDEX_KEY stays: nothing that is looked up could be found under another."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.CONTACT_PRIVATE_KEYS:
            raise CommandError("There is no private key here: run this where CONTACT_PRIVATE_KEY is set.")
        rotation = key_rotation.rotate(tell=self._tell)
        retention.forget_journal()
        for table, number, column in rotation.lost:
            self.stderr.write(f"No key here opens {column} of {table} {number}: it was left as it is.")
        self.stdout.write(f"{rotation.sealed_anew} texts were sealed anew.")
        self._say_what_may_go(rotation)
        if rotation.lost:
            raise CommandError(
                f"{len(rotation.lost)} texts stay sealed with a key that is not here: add it to CONTACT_PRIVATE_KEY "
                "and run this again.",
                returncode=1,
            )

    def _tell(self, table: str, done: int, of: int) -> None:
        self.stdout.write(f"{table}: {done} of {of}")

    def _say_what_may_go(self, rotation: key_rotation.Rotation) -> None:
        present, held = encryption.key_ids()
        for key_id in held:
            if key_id == present:
                self.stdout.write(f"The key {key_id} is the present one.")
            elif left := rotation.in_use[key_id]:
                self.stdout.write(f"Keep the key {key_id}: {left} texts are sealed with it. Run this again.")
            else:
                self.stdout.write(
                    f"The key {key_id} may be dropped from CONTACT_PRIVATE_KEY; keep it for the backups that it opens."
                )
