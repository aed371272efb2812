"""How long everything private is kept. The deeds that erase and the page `/privacy/` read these and no others."""

from datetime import timedelta

UNCONFIRMED = timedelta(days=7)
"""An endorsement whose mailbox never confirmed, the links of its mails, and a new contact that was not agreed to."""
REMINDER = timedelta(days=7)
"""An organisation that has not answered a question is reminded once, this long after it was asked."""
UNANSWERED = timedelta(days=30)
"""After this an endorsement lapses whose organisation has not answered."""
UNDECIDED_AFTER_CLOSING = timedelta(days=60)
"""What nobody has decided this long after the appeal closed is not accepted."""
ENDED = timedelta(days=30)
"""Contact, answers and look-up keys of what was rejected or withdrawn, and the readable name of what was rejected."""
APPROVED = timedelta(days=365)
"""Contact and answers of an approved endorsement, from its approval."""
APPROVED_AFTER_CLOSING = timedelta(days=90)
"""The same, from the closing of the appeal, if that is sooner."""
SETTLED_DISPUTE = timedelta(days=30)
"""A message about a name, from the day on which it was settled."""
DELIVERED_MAIL = timedelta(days=30)
"""That a mail left, or was given up; its address and words are forgotten at once."""
MAILBOX_OF_MAIL = timedelta(days=2)
"""To which mailbox a mail went that anybody can cause, as a keyed hash: so that it gets few of them a day."""
COUNTS = UNCONFIRMED + timedelta(days=1)
"""Counts under keyed hashes (security/rate_limits.py): a mail waits for its turn a week at most, and counts a day."""
NETWORK = timedelta(days=7)
"""The keyed hash of the network from which a form came; its key is replaced as often."""
BATCH = timedelta(days=31)
"""Which endorsements were decided on together, and how long that can be taken back as one step."""
