"""Lines of a statement: numbered, joined, with markers, headings and page furniture recognised."""
