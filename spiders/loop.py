"""The one event loop: the only function that knows Scrapy needs Twisted's asyncio reactor installed first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def run(main: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run ``main()`` to its end on an asyncio loop that Scrapy's crawlers can share, and give its result.

    Twisted's reactor drives the loop but never owns the process: no signal handlers are installed, so Ctrl-C and
    SIGTERM stay with the caller. One call a process: a reactor cannot be started again. Raises what ``main`` raises.
    """
    from scrapy.utils.reactor import install_reactor

    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor as installed

    reactor: Any = installed  # a module to the type checker, an object in life
    loop = asyncio.get_event_loop()
    task: asyncio.Task[T] | None = None

    def start() -> None:
        nonlocal task
        task = loop.create_task(main())
        task.add_done_callback(lambda _: reactor.stop())

    reactor.callWhenRunning(start)
    try:
        reactor.run(installSignalHandlers=False)
    except BaseException:
        if task is not None:
            task.cancel()
        raise
    if task is None:  # pragma: no cover - the reactor always calls start before it stops
        raise RuntimeError("the event loop stopped before it began")
    return task.result()
