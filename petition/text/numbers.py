"""Numbers in what a browser sends."""


def parse_number(text: str, *, max_digits: int = 18) -> int | None:
    """Return the whole number that `text` is, or None.

    At most 18 digits fit into a column of 64 bits. int() alone would also take "٣", "+3" and "1_0".
    """
    is_number = text.isascii() and text.isdigit() and len(text) <= max_digits
    return int(text) if is_number else None
