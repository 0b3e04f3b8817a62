"""Lengths as Telegram counts them: UTF-16 units, two for a letter beyond the basic plane."""

LONGEST_TYPED = 4096
"""UTF-16 units an app puts into one message before it starts the next."""

NICEST_FROM = 0.75
"""An app cuts at white space only when that leaves a message at least this full."""


def units(text: str) -> int:
    """How many UTF-16 units the text takes."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def pieces(text: str, longest: int = LONGEST_TYPED) -> list[str]:
    """A long text as the app cuts it into messages: at white space, else hard, never inside a letter."""
    found = []
    while units(text) > longest:
        end = _fitting(text, longest)
        if not text[end].isspace():
            space = max(text.rfind("\n", 0, end), text.rfind(" ", 0, end))
            if space >= end * NICEST_FROM:
                end = space
        found.append(text[:end])
        text = text[end:].lstrip()
    return [piece for piece in [*found, text] if piece.strip()]


def _fitting(text: str, longest: int) -> int:
    """How many letters fit into that many units."""
    end = min(len(text), longest)
    while (over := units(text[:end]) - longest) > 0:
        end -= (over + 1) // 2
    return end
