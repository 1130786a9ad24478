"""The ``shiftwatch`` command, also as ``python -m monitor``.

Worker processes import the main module again under another name; so it is this one, which imports nothing then.
"""


def main() -> None:
    """The console script's entry."""
    from monitor.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
