"""Words that sentences of every floor share."""


def counted(number: int, word: str) -> str:
    """A number with its noun.

    Example:
        >>> counted(1, "item"), counted(2_000, "item")
        ('1 item', '2,000 items')
    """
    return f"{number:,} {word}" + ("" if number == 1 else "s")
