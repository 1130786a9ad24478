"""A reader of channels that a crafted feed makes spin, balloon or crash, and the command that reads with it.

``python -m tests.faults.readers collect``; a feed says what it does to its reader in a comment.
"""

from __future__ import annotations

import importlib
import os
import signal

from monitor.model import Channel, ChannelReading, Trouble
from monitor.reading import channels
from monitor.workers import WorkerPool

_really = channels.read_channel


def read_channel(body: bytes, url: str, content_type: str, channel: Channel, seen: bytes) -> ChannelReading | Trouble:
    """Read it, unless it says otherwise."""
    if b"<!-- spin -->" in body:
        while True:
            pass
    if b"<!-- balloon -->" in body:
        kept = []
        while True:
            kept.append(bytearray(16_000_000))
    if b"<!-- crash -->" in body:
        os.kill(os.getpid(), signal.SIGSEGV)
    return _really(body, url, content_type, channel, seen)


def main() -> None:
    """The command line with this reader, and six seconds for a reading."""
    # By its own name, so that the workers find it: this is run as __main__.
    readers = importlib.import_module("tests.faults.readers")
    assert WorkerPool.__init__.__kwdefaults__
    WorkerPool.__init__.__kwdefaults__["seconds"] = 6.0
    channels.read_channel = readers.read_channel
    from monitor.cli import main as command_line

    command_line()


if __name__ == "__main__":
    main()
