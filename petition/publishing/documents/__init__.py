"""The appeal as a document to print or hand over: PDF, DOCX, TXT. Each is set from a Letter and from nothing else."""
