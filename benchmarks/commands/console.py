"""Where commands print."""

from rich.console import Console

# A file has no width; a table of six columns needs this much.
_WIDTH = 140


def wide_console() -> Console:
    """The terminal as it is, or a file with room for a table; no line is broken."""
    console = Console(soft_wrap=True, highlight=False)
    return console if console.is_terminal else Console(soft_wrap=True, highlight=False, width=_WIDTH)
