"""`python -m tests.resilience`: write the figures that are kept into the table of docs/resilience.md."""

from tests.resilience.table import BEGIN, END, PAGE, render


def main() -> None:
    """Write it."""
    before, _, rest = PAGE.read_text().partition(BEGIN)
    PAGE.write_text(before + BEGIN + render() + END + rest.partition(END)[2])


if __name__ == "__main__":
    main()
