"""The pages on which moderators add a table of endorsements."""
