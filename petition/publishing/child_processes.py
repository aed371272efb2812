"""Processes that do not outlive whoever started them."""

import ctypes
import os
import signal


def end_with_parent(number: signal.Signals = signal.SIGKILL) -> None:
    """Has the kernel send this process `number` when its parent ends (Linux, prctl 1: PR_SET_PDEATHSIG).

    It is the end of the thread that started this process which counts, so that thread must outlive it.
    """
    try:
        ctypes.CDLL(None).prctl(1, number)
    except (OSError, AttributeError):
        return  # not Linux


def end_with(parent: int) -> None:
    """Ends this process with its parent, whose number is `parent`; at once where that one is gone already."""
    end_with_parent()
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
