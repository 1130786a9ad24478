"""What every command shares: --config, --archive, --debug, and how an error becomes one line and an exit code."""

from __future__ import annotations

import functools
import logging
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from monitor.errors import ShiftwatchError

if TYPE_CHECKING:
    from monitor.config import Config

F = TypeVar("F", bound=Callable[..., Any])

_SHARED = ("config_file", "archive_file", "debug")


def shared_options(command: F) -> F:
    """Give a command ``--config``, ``--archive`` and ``--debug``; they may also stand before the command's name."""

    @click.option(
        "--config", "config_file", type=click.Path(path_type=Path), metavar="FILE", help="Configuration file."
    )
    @click.option("--archive", "archive_file", type=click.Path(path_type=Path), metavar="FILE", help="Archive file.")
    @click.option("--debug", is_flag=True, help="Show tracebacks and what happens inside.")
    @click.pass_context
    @functools.wraps(command)
    def with_shared(context: click.Context, /, *args: Any, **kwargs: Any) -> Any:
        given = {name: kwargs.pop(name) for name in _SHARED}
        shared = context.ensure_object(dict)
        shared.update({name: value for name, value in given.items() if value})
        if shared.get("debug"):
            logging.getLogger().setLevel(logging.DEBUG)
        return context.invoke(command, *args, **kwargs)

    return with_shared  # type: ignore[return-value]


def configuration() -> Config:
    """The configuration the current command line asks for, ``--archive`` included. Raises ConfigError."""
    from monitor.config import load  # not for --help

    shared = click.get_current_context().ensure_object(dict)
    config = load(shared.get("config_file"), cwd=Path.cwd(), env=os.environ)
    archive = shared.get("archive_file")
    return replace(config, archive=Path.cwd() / archive) if archive else config


def config_path() -> Path | None:
    """The ``--config`` given, if any."""
    path: Path | None = click.get_current_context().ensure_object(dict).get("config_file")
    return path


def run(command: click.Command) -> None:
    """Run the command line: errors of ours end in one line on stderr and their exit code, a closed pipe in silence."""
    debug = "--debug" in sys.argv
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(name)s: %(message)s")
    for noisy in ("scrapy", "twisted", "asyncio", "trafilatura", "htmldate", "readability", "charset_normalizer"):
        logging.getLogger(noisy).setLevel(logging.DEBUG if debug else logging.CRITICAL)
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
    except BrokenPipeError:
        # Somebody closed the pipe (`| head`): not our trouble, and stdout must not complain at exit either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
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


_DISK = {28, 30, 122, 27}  # no space, read-only, quota, file too large: the archive could not be written


def _end(message: str, code: int) -> None:
    for line in message.splitlines() or [message]:
        print(f"shiftwatch: {line}", file=sys.stderr)
    sys.exit(code)
