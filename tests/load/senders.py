"""python -m tests.load.senders PORT RATE SECONDS FILE: sends forms through the proxy, each by somebody else.

Each sender has a network of its own, opens the form, takes seconds to fill it in, and sends it. When all are done, FILE
has a JSON object: the names that were acknowledged, the times in seconds, and what went wrong.
"""

import asyncio
import json
import re
import ssl
import sys
import time
from html import unescape
from pathlib import Path
from urllib.parse import urlencode

from tests.benchmarks.load import percentile
from tests.load.proxy import HOST
from tests.site import SLUG

FORM = f"/appeals/{SLUG}/endorse/"
FILLING_SECONDS = 6.0
PROGRESS_SECONDS = 10.0


class Senders:
    def __init__(self, port: int) -> None:
        self._port = port
        self._tls = ssl.create_default_context()
        self._tls.check_hostname, self._tls.verify_mode = False, ssl.CERT_NONE
        self.acknowledged: list[str] = []
        self.times: list[float] = []
        self.form_times: list[float] = []
        self.failures: list[str] = []

    async def run(self, rate: float, seconds: float) -> None:
        """Start `rate` senders a second, however long the answers to earlier ones take."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            progress = group.create_task(self._report(began))
            senders = []
            for number in range(round(rate * seconds)):
                await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
                senders.append(group.create_task(self._send(number)))
            await asyncio.wait(senders)
            progress.cancel()

    async def _report(self, began: float) -> None:
        while True:
            await asyncio.sleep(PROGRESS_SECONDS)
            p99 = percentile(self.times, 99) * 1000 if self.times else 0
            print(  # noqa: T201
                f"{time.monotonic() - began:5.0f} s: {len(self.times):,} forms acknowledged, p99 {p99:.0f} ms, "
                f"{len(self.failures)} failures",
                flush=True,
            )

    async def _send(self, number: int) -> None:
        try:
            # A /24 of its own for each, as far as there are any: networks have limits.
            address = f"127.{1 + number % 250}.{number // 250 % 250}.{1 + number // 62_500}"
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", self._port, ssl=self._tls, server_hostname=HOST, local_addr=(address, 0)
            )
            try:
                began = time.perf_counter()
                status, page = await _ask(reader, writer, "GET", FORM)
                self.form_times.append(time.perf_counter() - began)
                if status != 200:
                    self.failures.append(f"form {status}")
                    return
                await asyncio.sleep(FILLING_SECONDS)
                name = f"Made-up Fund No {number}"
                began = time.perf_counter()
                status, _ = await _ask(reader, writer, "POST", FORM, _fill_in(page, number, name))
                if status == 302:
                    self.times.append(time.perf_counter() - began)
                    self.acknowledged.append(name)
                else:
                    self.failures.append(f"sent {status}")
            finally:
                writer.close()
        except (OSError, asyncio.IncompleteReadError, ValueError) as error:
            self.failures.append(repr(error))


async def _ask(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, method: str, path: str, body: str = ""
) -> tuple[int, str]:
    """Return status and body of the answer."""
    head = [f"{method} {path} HTTP/1.1", f"Host: {HOST}"]
    head += ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(body)}"] if body else []
    writer.write(("\r\n".join(head) + f"\r\n\r\n{body}").encode("ascii"))
    answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    length = re.search(r"(?i)^content-length: (\d+)", answer, re.M)
    if length:
        content = await reader.readexactly(int(length[1]))
    else:
        content = b""
        while size := int((await reader.readline()).strip(), 16):
            content += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
    return int(answer.split(" ", 2)[1]), content.decode()


def _fill_in(page: str, number: int, name: str) -> str:
    hidden = re.findall(r'<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?', page)
    return urlencode(
        {field: unescape(value) for field, value in hidden}
        | {
            "organisation_name": name,
            "countries": "KG",
            "display": "named",
            "contact_name": "Made-up Person",
            "contact_role": "Tester",
            "contact_email": f"person{number}@fund{number}.example",
            "authority": "on",
            "consent_processing": "on",
            "consent_publication": "on",
        }
    )


def main(port: int, rate: float, seconds: float, file: Path) -> None:
    senders = Senders(port)
    asyncio.run(senders.run(rate, seconds))
    fields = ("acknowledged", "times", "form_times", "failures")
    file.write_text(json.dumps({field: getattr(senders, field) for field in fields}), encoding="utf-8")


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3]), Path(sys.argv[4]))
