"""From the submitted form to the counted endorsement: confirmation, expiry, the count of withheld names."""
