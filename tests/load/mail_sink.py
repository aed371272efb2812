"""python -m tests.load.mail_sink PORT FILE: takes every mail, and writes to whom it was, one address a line."""

import asyncio
import sys
from pathlib import Path
from typing import IO

from aiosmtpd.controller import UnthreadedController
from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    def __init__(self, file: IO[str]) -> None:
        self._file = file

    async def handle_DATA(  # noqa: N802  (aiosmtpd names it)
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        self._file.write("".join(f"{address}\n" for address in envelope.rcpt_tos))
        self._file.flush()
        return "250 OK"


def main(port: int, path: Path) -> None:
    loop = asyncio.new_event_loop()
    with path.open("a", encoding="utf-8") as file:
        UnthreadedController(Sink(file), hostname="127.0.0.1", port=port, loop=loop).begin()  # type: ignore[no-untyped-call]
        loop.run_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
