"""Migrates copies of an archive and kills itself at each statement: ``python -m tests.db.migrating_killed FROM TO``.

Each child is a process of its own that sends itself SIGKILL before its n-th statement; the last one gets through.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

import sqlite_utils  # noqa: F401  # so that no child has to import it

from db import connect, schema


def migrate(path: Path, fatal: int) -> None:
    count = 0

    def count_down(_: str) -> None:
        nonlocal count
        count += 1
        if count == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    connection = connect.open_writer(path)
    connection.set_trace_callback(count_down)
    schema.migrate(connection, path)
    connection.set_trace_callback(None)
    connection.close()


def main(original: Path, folder: Path) -> None:
    for fatal in range(1, 10_000):
        path = folder / str(fatal) / "shiftwatch.db"
        path.parent.mkdir(parents=True)
        shutil.copy(original, path)
        child = os.fork()
        if not child:
            migrate(path, fatal)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print(fatal, os.waitstatus_to_exitcode(status), flush=True)
        if status == 0:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
