"""Child processes that end with their parent."""

import ctypes
import os
import signal


def set_parent_death_signal(number: signal.Signals = signal.SIGKILL) -> None:
    """Let the kernel send `number` to this process when its parent ends. Does nothing outside Linux.

    "Parent" is the thread that started this process, so that thread must not end before its time (prctl(2)).
    """
    try:
        ctypes.CDLL(None).prctl(1, number)  # 1 is PR_SET_PDEATHSIG
    except (OSError, AttributeError):
        return  # not Linux


def exit_with_parent(parent: int) -> None:
    """End this process when its parent, the process `parent`, ends; at once if that has ended already."""
    set_parent_death_signal()
    # The parent may have ended before the line above: then no signal comes any more.
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
