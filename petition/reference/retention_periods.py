"""How long everything private is kept. The actions that erase and the page `/privacy/` use these and no others."""

from datetime import timedelta

# An endorsement whose e-mail address was never confirmed, the links of its mails, and a new contact not agreed to.
UNCONFIRMED = timedelta(days=7)
# An organisation that has not answered a question is reminded once, this long after it was asked.
REMINDER = timedelta(days=7)
# An endorsement expires when the organisation has not answered for this long.
UNANSWERED = timedelta(days=30)
# An endorsement not decided this long after the appeal closed is not accepted.
UNDECIDED_AFTER_CLOSING = timedelta(days=60)
# Contact, answers and look-up keys of a rejected or withdrawn endorsement, and the readable name of a rejected one.
REJECTED_OR_WITHDRAWN = timedelta(days=30)
# Contact and answers of an approved endorsement, from its approval.
APPROVED = timedelta(days=365)
# The same, from the closing of the appeal, if that is sooner.
APPROVED_AFTER_CLOSING = timedelta(days=90)
# A message about a name, from the day on which it was settled.
SETTLED_DISPUTE = timedelta(days=30)
# The fact that a mail was sent, or given up; its address and text are erased at once.
DELIVERED_MAIL = timedelta(days=30)
# The recipient, as a keyed hash, of a mail that anybody can cause: it limits how many a mailbox gets a day.
MAILBOX_OF_MAIL = timedelta(days=2)
# Counts under keyed hashes (security/rate_limits.py): a mail is postponed by a week at most, and counts for a day.
COUNTS = UNCONFIRMED + timedelta(days=1)
# The keyed hash of the network from which a form came; its key is replaced as often.
NETWORK = timedelta(days=7)
# That something was sent by a form or a private link, and what it belongs to; what it said is erased when it is done.
DONE_INTAKE = timedelta(days=1)
# Which endorsements were decided on together, and how long that can be undone as one step.
BATCH = timedelta(days=31)
# A table of endorsements that came another way: the rows that were not added.
BULK_UPLOAD = timedelta(days=14)
# An appeal that is not published, after its last change.
DRAFT = timedelta(days=180)
