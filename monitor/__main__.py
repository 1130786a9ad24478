"""``python -m monitor`` is the ``shiftwatch`` command."""

from monitor.cli import main

main()
