"""Ctrl-C as a wish that is looked at between two steps; a second one stops at once."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass
class Wish:
    """Whether somebody has asked to stop."""

    stop: bool = False


@contextmanager
def interruptible() -> Iterator[Wish]:
    """The wish of whoever presses Ctrl-C meanwhile; in threads, and where others handle SIGINT, nothing changes."""
    wish = Wish()
    if threading.current_thread() is not threading.main_thread() or (
        signal.getsignal(signal.SIGINT) is not signal.default_int_handler
    ):
        yield wish
        return

    def noted(number: int, frame: object) -> None:
        if wish.stop:
            raise KeyboardInterrupt
        wish.stop = True

    before = signal.signal(signal.SIGINT, noted)
    try:
        yield wish
    finally:
        signal.signal(signal.SIGINT, before)
