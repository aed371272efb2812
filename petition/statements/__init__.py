"""Read the plain text of a statement into title, date, paragraphs, demands, signatories and a report."""
