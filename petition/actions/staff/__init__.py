"""Staff accounts, roles, second factors, hourly limits, and what needs a person's attention."""
