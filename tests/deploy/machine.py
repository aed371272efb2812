"""A machine of its own as far as Linux gives one without a virtual machine: processes, loopback and files.

What is changed there is gone afterwards. It takes root, or what a container gives as root.
"""

import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.site import ROOT

_ENDS_WITH_TESTS = ["setpriv", "--pdeathsig", "KILL"]  # or it would run for ever if they are killed
_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_LOOPBACK_UP = "import fcntl, socket, struct; fcntl.ioctl(socket.socket(), 0x8914, struct.pack('16sh14x', b'lo', 0x41))"
"""SIOCSIFFLAGS with IFF_UP and IFF_RUNNING (netdevice(7)), for machines without ip(8)."""
_MARK = "/this-is-a-machine-of-tests"
_BEGIN = f"""
set -eu
mount --make-rprivate /
mount -t tmpfs tmpfs "$1"
mkdir "$1/changed" "$1/work" "$1/root"
mount -t overlay overlay -o "lowerdir=$2,upperdir=$1/changed,workdir=$1/work" "$1/root"
root=$1/root
mkdir -p "$root/proc" "$root/dev" "$root/run" "$root/tmp"
mount -t proc proc "$root/proc"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
touch "$root{_MARK}"
mkdir -p "$root/{str(ROOT).lstrip("/")}"
[ "$2" != / ] || mount --bind "{ROOT}" "$root/{str(ROOT).lstrip("/")}"
"$3" -c "{_LOOPBACK_UP}"
"""
_LIVE = """
exec chroot "$root" sh -c 'echo ready; while :; do sleep 600 & wait $!; done'
"""
_READ_ONLY = """
for place in $4; do mount -t tmpfs -o "uid=$5,gid=$5" tmpfs "$root/$place"; done
mount -o remount,bind,ro "$root"
"""


@dataclass(frozen=True)
class Result:
    """What a command printed, and its exit code."""

    code: int
    output: str


class Machine:
    """A running machine; see `start_machine`."""

    def __init__(self, pid: int) -> None:
        self._started: list[subprocess.Popen[bytes]] = []
        self._enter = ["nsenter", f"--target={pid}", "--mount", "--pid", "--root", "--wd"]

    def command(self, command: list[str], *, user: str = "0", is_online: bool = False) -> list[str]:
        """Return the command that runs `command` there, on the network of the real machine if it `is_online`."""
        network = [] if is_online else ["--net"]
        as_user = [] if user == "0" else ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"]
        if user.isdigit():
            as_user = [part.replace("--init-groups", "--clear-groups") for part in as_user]
        return [*self._enter, *network, "--", *as_user, *command]

    def run(
        self,
        script: str,
        environment: Mapping[str, str] | None = None,
        *,
        user: str = "0",
        is_online: bool = False,
        seconds: int = 300,
    ) -> Result:
        """Run lines of shell there and return the result."""
        # A mistake in this module must not let the script loose on the real machine.
        guarded = f"[ -e {_MARK} ] || exit 99\n{script}"
        command = self.command(["bash", "-euo", "pipefail", "-c", guarded], user=user, is_online=is_online)
        result = subprocess.run(
            command,
            env={"PATH": _PATH, "HOME": "/root", "LANG": "C.UTF-8", **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
            timeout=seconds,
        )
        return Result(result.returncode, result.stdout)

    def copy(self, folder: Path, target: str) -> None:
        """Copy what is in `folder` to the new folder `target` there."""
        with subprocess.Popen(["tar", "-C", str(folder), "-c", "."], stdout=subprocess.PIPE) as source:
            unpack = self.command(["sh", "-c", f"mkdir -p {target} && tar -C {target} --no-same-owner -x"])
            subprocess.run(unpack, stdin=source.stdout, check=True, env={"PATH": _PATH})

    def start(self, command: list[str], environment: Mapping[str, str], *, user: str = "0") -> None:
        """Start a process that runs until the machine ends."""
        started = subprocess.Popen(
            self.command(command, user=user),
            env={"PATH": _PATH, "LANG": "C.UTF-8", **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        self._started.append(started)

    def wait(self) -> None:
        """Wait for the end of what was started; call it when the machine has ended."""
        for process in self._started:
            process.wait()


@contextmanager
def start_machine(root: str = "/", *, writable: str = "", uid: int = 0) -> Iterator[Machine]:
    """Run a machine whose files are those below `root`; the real ones do not change.

    If places are `writable`, with spaces between them, it can write nothing else, and they belong to `uid`.
    """
    read_only = _READ_ONLY if writable else ""
    with tempfile.TemporaryDirectory() as folder:
        begin = ["sh", "-c", _BEGIN + read_only + _LIVE, "machine", folder, root, "python3", writable, str(uid)]
        command = [*_ENDS_WITH_TESTS, "unshare", "--mount", "--net", "--pid", "--fork", "--kill-child", *begin]
        machine = Machine(0)
        with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True) as process:
            try:
                assert process.stdout
                assert process.stdout.readline() == "ready\n", "the machine did not start"
                children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii")
                machine = Machine(int(children.split()[0]))
                assert machine.run("true").code == 0, "the machine is not what it should be"
                yield machine
            finally:
                process.kill()  # and with it all its processes
        machine.wait()


@cache
def lacking_machine() -> str:
    """Say why no such machine can be started here, '' if it can."""
    command = ["unshare", "--mount", "--net", "--pid", "--fork", "sh", "-c", "mount --make-rprivate / && true"]
    try:
        result = subprocess.run(command, check=False, capture_output=True, text=True)
    except OSError as error:
        return f"The commands of an operator are not tried: {error} (apt install util-linux)."
    if result.returncode == 0 and "overlay" in Path("/proc/filesystems").read_text(encoding="ascii"):
        return ""
    return "The commands of an operator are not tried: only root can start a machine within this one."
