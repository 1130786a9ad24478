"""The ``shiftwatch`` command, also as ``python -m monitor``.

Worker processes import the main module again under another name; so it is this one, which imports nothing then.
"""


def main() -> None:
    """The console script's entry."""
    import gc
    import os

    # None is used; looking for them reads what every installed package says of itself, at every start.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    # A run makes many objects and few cycles: with Python's own thresholds a sixth of its time goes into looking.
    gc.set_threshold(50_000, 20, 20)
    from monitor.cli import main as command_line

    try:
        command_line()
    finally:
        gc.freeze()  # the process ends: nothing is gained by looking through all that is left once more


if __name__ == "__main__":
    main()
