"""Reference data: countries, languages, mail domains, retention periods, and the clock."""
