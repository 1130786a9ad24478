"""What every command shares: --config, --archive, --debug, and how an error becomes one line and an exit code."""

from __future__ import annotations

import codecs
import contextlib
import functools
import io
import json
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import click

from monitor import logs
from monitor.errors import ArchiveDamaged, ShiftwatchError

if TYPE_CHECKING:
    from monitor.config import Config

F = TypeVar("F", bound=Callable[..., Any])

_SHARED = ("config_file", "archive_file", "debug", "log_format")


def shared_options(command: F) -> F:
    """Give a command the shared options; they may also stand before the command's name."""

    @click.option(
        "--config", "config_file", type=click.Path(path_type=Path), metavar="FILE", help="Configuration file."
    )
    @click.option("--archive", "archive_file", type=click.Path(path_type=Path), metavar="FILE", help="Archive file.")
    @click.option("--debug", is_flag=True, help="Show tracebacks and what happens inside.")
    @click.option(
        "--log-format",
        type=click.Choice(["auto", "human", "json"]),
        help="Log lines on standard error: for people, as JSON, or (auto) JSON unless it is a terminal.",
    )
    @click.pass_context
    @functools.wraps(command)
    def with_shared(context: click.Context, /, *args: Any, **kwargs: Any) -> Any:
        given = {name: kwargs.pop(name) for name in _SHARED}
        shared = context.ensure_object(dict)
        shared.update({name: value for name, value in given.items() if value})
        if shared.get("debug") or shared.get("log_format"):
            log_to_stderr()
        try:
            return context.invoke(command, *args, **kwargs)
        except ArchiveDamaged as refused:
            if (config := shared.get("config")) is None:
                raise
            from monitor.app_keeping import naming_backup

            raise naming_backup(refused, config) from refused

    return with_shared  # type: ignore[return-value]


def configuration() -> Config:
    """The configuration the current command line asks for, ``--archive`` included. Raises ConfigError."""
    return configurations()()


def configurations() -> Callable[[], Config]:
    """What reads ``configuration`` anew each time it is called, whatever the current folder is by then."""
    from monitor.config import load  # not for --help

    shared = click.get_current_context().ensure_object(dict)
    config_file, archive = shared.get("config_file"), shared.get("archive_file")
    folder = Path.cwd()

    def read() -> Config:
        config = load(config_file, cwd=folder, env=os.environ)
        shared["config"] = replace(config, archive=folder / archive) if archive else config
        return cast("Config", shared["config"])

    return read


def log_to_stderr(*, verbose: bool = False) -> None:
    """Have log lines written as the command line asks for; with ``verbose`` also what is no trouble."""
    shared = click.get_current_context().ensure_object(dict)
    logs.set_up(format=shared.get("log_format") or "auto", verbose=verbose, debug=bool(shared.get("debug")))


def config_path() -> Path | None:
    """The ``--config`` given, if any."""
    path: Path | None = click.get_current_context().ensure_object(dict).get("config_file")
    return path


def run(command: click.Command) -> None:
    """Run the command line: errors of ours end in one line on stderr and their exit code, a closed pipe in silence."""
    debug = "--debug" in sys.argv
    _take_output()
    logs.set_up(debug=debug)
    try:
        code = command.main(standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Abort:
        _end("interrupted", 130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except ShiftwatchError as error:
        if debug:
            raise
        _end(str(error), error.exit_code)
    except _PipeClosed:
        # Somebody closed the pipe (`| head`): not our trouble, and stdout must not complain at exit either.
        _drop_output()
        sys.exit(0)
    except _OutputFailed as error:
        _drop_output()
        _end(f"standard output: {error}", 1)
    except OSError as error:
        if debug:
            raise
        where = f"{error.filename}: " if error.filename else ""
        _end(f"{where}{error.strerror or error}", 3 if error.errno in _DISK else 1)
    except Exception as error:
        if debug:
            raise
        _end(f"unexpected {type(error).__name__}: {error}; please report it with the output of --debug", 1)
    sys.exit(code if isinstance(code, int) else 0)


def _take_output() -> None:
    """Have standard output's failures told from others; without one there is nothing to run for."""
    if sys.stdout is None or sys.stderr is None:  # closed by whoever started us: say so where somebody may hear it
        if sys.stderr is not None:
            _end("standard output is closed; give it a place, such as >/dev/null", 2)
        sys.exit(2)
    if type(sys.stdout) is io.TextIOWrapper:
        encoding, errors, by_line = sys.stdout.encoding, sys.stdout.errors, sys.stdout.line_buffering
        if not encoding.lower().startswith("utf"):  # an old locale: what it has no letter for is no reason to end
            codecs.register_error("shiftwatch", _spelled)
            errors = "shiftwatch"
        sys.stdout = _Output(sys.stdout.detach(), encoding=encoding, errors=errors, line_buffering=by_line)


def _spelled(error: UnicodeError) -> tuple[str, int]:
    """What an encoding has no letter for, as JSON spells it: readable for people, the same value for programs."""
    assert isinstance(error, UnicodeEncodeError)
    return "".join(json.dumps(char)[1:-1] for char in error.object[error.start : error.end]), error.end


class _PipeClosed(Exception):
    """Whoever read standard output has had enough. (click would make exit code 1 of a BrokenPipeError.)"""


class _OutputFailed(Exception):
    """Standard output takes no more; the archive is not to blame."""


class _Output(io.TextIOWrapper):
    """Standard output whose failures are told from those of any other file."""

    def write(self, text: str, /) -> int:
        with _told():
            return super().write(text)

    def flush(self) -> None:
        with _told():
            super().flush()


@contextlib.contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise _PipeClosed from None
    except OSError as error:
        raise _OutputFailed(error.strerror or str(error)) from None


def _drop_output() -> None:
    """Send what is left to nowhere, so that the interpreter does not complain of it once more at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


_DISK = {28, 30, 122, 27}  # no space, read-only, quota, file too large: the archive could not be written


def _end(message: str, code: int) -> None:
    for line in message.splitlines() or [message]:
        plain = "".join(char if char.isprintable() else " " for char in line)  # it may quote what moves a cursor
        print(f"shiftwatch: {plain}", file=sys.stderr)
    sys.exit(code)
