import pytest

from petition.actions.intake import accept
from petition.models import Appeal, Endorsement, State
from tests import factories


def test_a_submission_waits_for_confirmation(appeal: Appeal) -> None:
    endorsement, _ = factories.submitted(appeal)
    assert endorsement.state == State.SUBMITTED


def test_from_submission_to_listing(appeal: Appeal) -> None:
    endorsement = factories.approved(appeal)
    assert endorsement.signatory
    assert endorsement.signatory.reference == "further-1"


@pytest.mark.django_db(transaction=False)
def test_the_same_form_again_changes_nothing(appeal: Appeal) -> None:
    submission = factories.a_submission()
    for _ in range(3):
        accept.submit(appeal, submission, at=factories.NOON)
    assert Endorsement.objects.filter(mailbox_index__gt="").count() == 1
    assert len(factories.mails()) == 1
