"""The name of one endorsement, which may be in clear columns or encrypted."""

from petition.models.choices import State
from petition.models.endorsements import NAME_FIELDS, Endorsement
from petition.security import encryption


def get_name(endorsement: Endorsement) -> dict[str, str]:
    """Return NAME_FIELDS of the endorsement, decrypted if necessary.

    All are '' if it was withdrawn, or cannot be decrypted here.
    """
    if endorsement.has_clear_name:
        return {field: getattr(endorsement, field) for field in NAME_FIELDS}
    unknown = dict.fromkeys(NAME_FIELDS, "")
    if endorsement.state == State.WITHDRAWN:
        return unknown
    try:
        return unknown | (encryption.decrypt_column(endorsement, "sealed_name") or {})
    except encryption.CannotDecrypt:
        return unknown
