"""Decision: what a moderator decided last about an endorsement, for as long as it can be taken back."""

from django.db import models

from petition.models.endorsements import Endorsement
from petition.models.mails import OutgoingMail


class Decision(models.Model):
    endorsement = models.OneToOneField(Endorsement, on_delete=models.CASCADE, related_name="decision")
    verb = models.CharField(max_length=40)  # as in the trail
    before = models.CharField(max_length=10)  # the state that it is to have again
    sealed_before = models.TextField(blank=True)  # JSON of what else was there before
    staff_id = models.BigIntegerField(null=True, blank=True)
    decided_at = models.DateTimeField()
    mail = models.ForeignKey(OutgoingMail, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    explained_by = models.BigIntegerField()  # that of the endorsement since: another one means another decision

    class Meta:
        indexes = [models.Index(fields=["staff_id", "decided_at"], name="decision_mine")]

    def __str__(self) -> str:
        return f"{self.verb} endorsement {self.endorsement_id}"
