"""What editors do: texts, form notice, editions, rejection reasons, accepting endorsements."""
