"""The base of every table with encrypted columns, whose names begin with `sealed_` (security/encryption.py)."""

import uuid

from django.db import models


class EncryptedRow(models.Model):
    # Encrypted values are bound to table, column and this id, so none can be moved to another row. It is made before
    # the row is inserted, when the row has no number yet.
    uid = models.UUIDField(default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True
