"""Characters that would act on a terminal or a page, rather than be seen, made visible."""

_PICTURES = {code: 0x2400 + code for code in range(0x20)} | {0x7F: 0x2421}
# C1 controls, which a terminal may obey; and the marks that turn the direction of what follows them.
_HIDDEN = [*range(0x80, 0xA0), 0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
_TABLE = _PICTURES | dict.fromkeys(_HIDDEN, 0xFFFD)


def visible(text: str) -> str:
    """Show control characters as pictures of them, and direction marks as U+FFFD; the rest stays as it is."""
    return text.translate(_TABLE)
