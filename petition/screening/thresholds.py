"""The numbers from which on something looks like abuse, each with its unit and the reason for it.

None of them refuses anything: they put on hold, flag, or propose to a moderator. Honest organisations share things too:
a capital city's mobile networks put dozens of them behind one address, everybody uses the same free mail, and names
begin alike. How often something may be done at all is in security/rate_limits.py, and how many endorsements an hour
alert the staff is the setting FLOOD_PER_HOUR.
"""

from datetime import timedelta
from typing import Final

# One form, when it arrives (actions/intake/arrivals.py)
MIN_FILL_SECONDS: Final = 3  # nobody reads and fills in the form faster: put on hold
FAST_FILL_SECONDS: Final = 10  # in so few nobody types six fields and ticks three boxes

# Others like one endorsement (clusters.find_related): counted without that one itself
RELATED_WITHIN: Final = timedelta(hours=24)  # before and after it
RELATED_BY_NETWORK: Final = 5  # many offices share one address
RELATED_BY_DOMAIN: Final = 2  # other names at a mail domain that belongs to few
BURST_WITHIN: Final = timedelta(minutes=5)  # before and after it
RELATED_BY_BURST: Final = 30  # a mailing to partners brings many in an hour, not within minutes
RELATED_SHOWN: Final = 50  # numbers of endorsements that one finding names at most

# Groups among all that wait (clusters.find_clusters): from how many members on
CLUSTER_BY_DOMAIN: Final = 8  # only where not everybody gets a mailbox
CLUSTER_BY_NETWORK: Final = 30  # within one hour: a city's network brings some in an hour, not thirty
CLUSTER_BY_NAME: Final = 8  # names that differ in nothing but something like a serial number
CLUSTER_BY_BURST: Final = 12  # within one hour, of forms filled in within FAST_FILL_SECONDS
CLUSTER_ROWS: Final = 20_000  # the newest that wait, and as many on hold; older ones come up once these are decided

# What staff do
NAMES_HIDDEN_PER_HOUR: Final = 10  # more alert all staff: a stolen session may be emptying the list
