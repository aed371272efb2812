"""The appeal as PDF, DOCX, TXT and as a picture for social media."""
