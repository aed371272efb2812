"""A small DNS server on loopback, with the TXT records that a test gives it."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

REFUSED, SILENT = "REFUSED", "SILENT"
"""Given instead of records, the server refuses to answer for that name, or does not answer."""


@contextmanager
def run_dns_server(records: Mapping[str, list[str] | str]) -> Iterator[str]:
    """Answer for these names, and that there are no others; yield `address:port`."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=_serve, args=(server, records), daemon=True)
        thread.start()
        try:
            yield f"127.0.0.1:{server.getsockname()[1]}"
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stop:
                stop.sendto(b"", server.getsockname())
            thread.join()


def _serve(server: socket.socket, records: Mapping[str, list[str] | str]) -> None:
    while True:
        content, asker = server.recvfrom(4096)
        if not content:
            return
        question = dns.message.from_wire(content)
        answer = dns.message.make_response(question)
        answer.flags |= dns.flags.RA
        name = question.question[0].name
        texts = records.get(name.to_text(omit_final_dot=True), [])
        if texts == SILENT:
            continue
        if texts == REFUSED:
            answer.set_rcode(dns.rcode.REFUSED)
        elif isinstance(texts, str) or not texts:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            quoted = [" ".join(f'"{text[at : at + 200]}"' for at in range(0, len(text), 200)) for text in texts]
            answer.answer.append(dns.rrset.from_text_list(name, 60, "IN", "TXT", quoted))
        server.sendto(answer.to_wire(), asker)
