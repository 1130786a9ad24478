"""One process that reads for us: asked over a socket, killed when it does not answer in time.

us    ── function, arguments (pickled, their length before them) ──►  worker
      ◄── what it came to, the same way ──
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import logging
import os
import pickle
import resource
import signal
import socket
import struct
import warnings
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from monitor.model import Trouble, TroubleKind

if TYPE_CHECKING:
    from multiprocessing.process import BaseProcess

T = TypeVar("T")

# What every worker needs; beside it the module of the reading asked for, so that a pass over feeds alone does not pay
# for what pages are read with.
PRELOAD = ("monitor.worker", "monitor.reading.feeds", "monitor.reading.language")
_LENGTH = struct.Struct("!Q")
_LOCAL = {  # what a reading cannot bring about, whatever it reads: each with what to do
    errno.EFBIG: "raise the limit on file sizes (ulimit -f)",
    errno.ENOSPC: "make room on the disk",
    errno.EDQUOT: "make room on the disk",
    errno.EIO: "check the disk",
    errno.EROFS: "check the disk",
    errno.EMFILE: "raise the limit on open files (ulimit -n)",
    errno.ENFILE: "raise the limit on open files (ulimit -n)",
    errno.EAGAIN: "raise the limit on processes (ulimit -u)",
}
_PAGE = resource.getpagesize()
_log = logging.getLogger(__name__)


class Worker:
    """A process that does one reading after another, each asked when the one before has been answered."""

    def __init__(self, process: BaseProcess, end: socket.socket) -> None:
        self._process = process
        self._end = end

    @classmethod
    def start(cls, module: str) -> Worker:
        """Start one that has ``module`` at hand; takes milliseconds, but for the first: half a second.

        OSError when this machine has no process or file left for it.
        """
        import multiprocessing

        # forkserver: a fork of a process with threads and an open archive is asking for trouble. It imports the
        # readers once, so that a worker starts, or is replaced, in milliseconds.
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([*PRELOAD, module])
        ours, theirs = socket.socketpair()
        try:
            ours.setblocking(False)
            process = context.Process(target=_serve, args=(theirs,), daemon=True)
            process.start()
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        return cls(process, ours)

    async def ask(
        self,
        function: Callable[..., T],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
        *,
        seconds: float,
        megabytes: int,
    ) -> T | Trouble:
        """``function(*args, **kwargs)`` there, or Trouble when it failed, or could not do with ``megabytes``.

        TimeoutError after ``seconds``, EOFError when the process has died: after either, or when cancelled, it is of
        no more use and must be killed.
        """
        loop = asyncio.get_running_loop()
        asked = pickle.dumps((function, args, kwargs, seconds, megabytes), pickle.HIGHEST_PROTOCOL)
        async with asyncio.timeout(seconds):
            try:
                await loop.sock_sendall(self._end, asked)
            except ConnectionError as error:
                raise EOFError from error
            told = bytearray()
            while len(told) < _LENGTH.size:
                told += await self._received()
            (length,) = _LENGTH.unpack_from(told)
            while len(told) < _LENGTH.size + length:
                told += await self._received()
        answer: T | Trouble = pickle.loads(memoryview(told)[_LENGTH.size :])  # noqa: S301  # both ends are ours
        return answer

    async def _received(self) -> bytes:
        try:
            got = await asyncio.get_running_loop().sock_recv(self._end, 1 << 20)
        except ConnectionError as error:
            raise EOFError from error
        if not got:
            raise EOFError
        return got

    @property
    def is_there(self) -> bool:
        """Whether it still is, while it has nothing to do."""
        try:
            return bool(self._end.recv(1, socket.MSG_PEEK))
        except BlockingIOError:
            return True
        except ConnectionError:
            return False

    def last_word(self) -> int | None:
        """What it exited with; None when it has not, after a second."""
        self._process.join(1.0)
        return self._process.exitcode

    def kill(self) -> None:
        """End it at once, whatever it is doing."""
        self._end.close()
        self._process.kill()
        self._process.join()
        self._process.close()


def _serve(end: socket.socket) -> None:
    """Read what is asked until the other side has gone."""
    _prepare()
    with end, end.makefile("rb") as asked, contextlib.suppress(EOFError, ConnectionError):
        while True:
            function, args, kwargs, seconds, megabytes = pickle.load(asked)  # noqa: S301  # both ends are ours
            # Whoever asked kills it at its time; if they have died, nobody else would end what spins.
            signal.setitimer(signal.ITIMER_REAL, 2 * seconds)
            answer = _pickled(_limited(megabytes, function, args, kwargs), megabytes)
            signal.setitimer(signal.ITIMER_REAL, 0)
            end.sendall(_LENGTH.pack(len(answer)) + answer)


def _pickled(answer: object, megabytes: int) -> bytes:
    try:
        return pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        return pickle.dumps(_too_big(megabytes))


def _prepare() -> None:
    """Ctrl-C is for the parent, which ends its workers itself; a worker's own traceback would only be noise."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(5)  # whoever waits for the network goes first: a reading can wait a moment, a loop that is late delays all
    gc.freeze()  # what was imported stays
    gc.set_threshold(50_000, 20, 20)
    warnings.simplefilter("ignore")  # what a library thinks of a hostile page is nothing to print


def _limited(megabytes: int, function: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T | Trouble:
    """Run one reading with ``megabytes`` on top of what the worker already holds."""
    try:
        if (held := _held()) is not None:
            _, hard = resource.getrlimit(resource.RLIMIT_AS)
            wanted = held + megabytes * 1024 * 1024
            resource.setrlimit(resource.RLIMIT_AS, (wanted if hard < 0 else min(wanted, hard), hard))
        return function(*args, **kwargs)
    except MemoryError:
        return _too_big(megabytes)
    except OSError as error:
        if error.errno == errno.ENOMEM:
            return _too_big(megabytes)
        return local_fault(error) if error.errno in _LOCAL else _failed(error)
    except Exception as error:  # a reader's fault is one source's trouble, never the end of the run
        return _failed(error)


def _held() -> int | None:
    """The address space this process holds, in bytes, which is what its limit is on; None where nobody tells."""
    try:
        with open("/proc/self/statm", "rb", buffering=0) as file:  # noqa: PTH123  # before every reading: a third of Path's
            return int(file.read().split(None, 1)[0]) * _PAGE
    except FileNotFoundError:
        return None


def _too_big(megabytes: int) -> Trouble:
    return Trouble(kind=TroubleKind.KILLED, reason=f"reading it took more than {megabytes} MB of memory")


def _failed(error: Exception) -> Trouble:
    _log.debug("reading failed", exc_info=True)
    words = "".join(char if char.isprintable() else " " for char in str(error)[:240])
    return Trouble(kind=TroubleKind.BROKEN, reason=f"the reader failed: {type(error).__name__}: {words}")


def local_fault(error: OSError) -> Trouble:
    """What this machine could not do, told as that and not as something the source sent."""
    said = error.strerror or type(error).__name__
    remedy = _LOCAL.get(error.errno or 0, "try again")
    return Trouble(kind=TroubleKind.BROKEN, reason=f"not read, for a fault of this machine: {said}; {remedy}")
