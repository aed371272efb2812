"""The queue of mails: who is written to, what each mail claims, and its delivery."""
