from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from petition.actions.operations import key_rotation, retention
from petition.checks.start import SafeCommand
from petition.security import encryption


class Command(SafeCommand):
    help = (
        "Encrypts everything with the current CONTACT_PUBLIC_KEY. Before that, set CONTACT_PUBLIC_KEY everywhere to "
        "the new key of `new_keys`, put its private key in front of the old one in CONTACT_PRIVATE_KEY, and restart "
        "every process. Do not change CONTACT_INDEX_KEY: no mailbox or name could be looked up with another one."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.CONTACT_PRIVATE_KEYS:
            raise CommandError("There is no private key here: run this where CONTACT_PRIVATE_KEY is set.")
        rotation = key_rotation.rotate_keys(on_progress=self._report)
        retention.truncate_wal()  # or the texts under the old key would stay in SQLite's write-ahead log
        for table, number, column in rotation.unreadable:
            self.stderr.write(f"No key here decrypts {column} of {table} {number}: it was left as it is.")
        self.stdout.write(f"{rotation.reencrypted} texts were encrypted with the current key.")
        self._describe_keys(rotation)
        if rotation.unreadable:
            raise CommandError(
                f"{len(rotation.unreadable)} texts are encrypted with a key that is not here: add it to "
                "CONTACT_PRIVATE_KEY and run this again.",
                returncode=1,
            )

    def _report(self, table: str, done: int, of: int) -> None:
        self.stdout.write(f"{table}: {done} of {of}")

    def _describe_keys(self, rotation: key_rotation.Rotation) -> None:
        """Say which private keys may be removed from the settings, and which one is missing."""
        current, held = encryption.get_key_ids()
        for key_id, count in sorted(rotation.waiting.items()):
            if key_id not in held:
                self.stderr.write(
                    f"{count} rows of the intake wait for the key {key_id}, which is not here: add it to "
                    "CONTACT_PRIVATE_KEY."
                )
        for key_id in held:
            if key_id == current:
                self.stdout.write(f"The key {key_id} is the current one.")
            elif count := rotation.in_use[key_id]:
                self.stdout.write(f"Keep the key {key_id}: {count} texts are encrypted with it. Run this again.")
            elif count := rotation.waiting[key_id]:
                self.stdout.write(
                    f"Keep the key {key_id}: {count} rows of the intake wait that only it opens. Let the worker "
                    "process them, then run this again."
                )
            else:
                self.stdout.write(
                    f"Remove the key {key_id} from CONTACT_PRIVATE_KEY, but keep it for backups that need it."
                )
