"""The payment service over REST: JSON in HTTP/1.1, by the standard library alone.

`python -m dslab.services.rest_payment` is the server; `payments` starts it.
"""

from __future__ import annotations

import json
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from threading import Thread
from typing import Any
from urllib.parse import quote, unquote

from dslab.services.interface import Outcome, Receipt, Refusal
from dslab.services.ledger import Ledger
from dslab.services.server_process import serve

STATUS = {"not found": 404, "invalid": 400, "unavailable": 503}


class RestClient:
    """The client's side: a call becomes an HTTP request, and the response, or its absence, an outcome."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port)

    def charge(self, account: str, cents: int, *, key: str = "", deadline: float = 5.0) -> Outcome:
        """Ask for a charge and wait for the reply.

        Args:
            key: requests with the same key are executed once; empty: each is executed.
            deadline: in seconds. HTTP has none: it is the timeout of the socket, and the server never learns of it.
        """
        self._connection.timeout = deadline
        if self._connection.sock:
            self._connection.sock.settimeout(deadline)
        try:
            return self._post(f"/accounts/{quote(account)}/charges", {"cents": cents}, key)
        except ConnectionRefusedError:
            return Outcome("error", "connection refused", "nothing was sent, so nothing was done")
        except TimeoutError:
            return self._unknown("timed out", f"no reply within {deadline:g} s")
        except (OSError, HTTPException):            # which of them, the system decides: it may see the end or a reset
            return self._unknown("disconnected", "the connection broke before a reply")

    def _unknown(self, status: str, detail: str) -> Outcome:
        self.close()                # a late reply on this connection would be taken for the reply to the next request
        return Outcome("unknown", status, detail)

    def _post(self, path: str, body: dict[str, Any], key: str) -> Outcome:
        headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        self._connection.request("POST", path, json.dumps(body, separators=(",", ":")).encode(), headers)
        reply = self._connection.getresponse()
        content = json.loads(reply.read())
        status = f"{reply.status} {reply.reason}"
        if reply.status == 200:
            return Outcome("ok", status, receipt=Receipt(**content))
        refused = 400 <= reply.status < 500         # 5xx may come from a gateway that has lost sight of the server
        return Outcome("error" if refused else "unknown", status, content["error"])

    def close(self) -> None:
        """Close the connection; the next call opens another."""
        self._connection.close()


class Handler(BaseHTTPRequestHandler):
    """The server's side of one connection."""

    protocol_version = "HTTP/1.1"           # the connection stays open for the next request
    wbufsize = -1                           # a reply leaves in one piece
    ledger: Ledger

    def do_POST(self) -> None:
        """Unmarshal, execute, reply."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            receipt = self.ledger.charge(*self._arguments(body))
        except Refusal as refusal:
            self._reply(STATUS[refusal.reason], {"error": str(refusal)})
        else:
            self._reply(200, {"number": receipt.number, "cents": receipt.cents})

    def _arguments(self, body: bytes) -> tuple[str, int, str]:
        match self.path.split("/"):
            case ["", "accounts", account, "charges"]:
                return unquote(account), _cents(body), self.headers.get("Idempotency-Key", "")
        raise Refusal("not found", f"expected /accounts/NAME/charges, found {self.path}")

    def _reply(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content, separators=(",", ":")).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """The ledger is the log."""


def _cents(body: bytes) -> int:
    try:
        cents: int = json.loads(body)["cents"]
        return cents
    except (ValueError, TypeError, KeyError):
        raise Refusal("invalid", 'expected a body such as {"cents":399}') from None


class Server(ThreadingTCPServer):
    """Serves each connection in a thread. (http.server's own class asks for this machine's name first: slow.)"""

    daemon_threads = True


def listen(ledger: Ledger) -> tuple[int, Server]:
    """Begin to serve on a port that the system chooses; returns it with the server."""
    server = Server(("127.0.0.1", 0), type("Handler", (Handler,), {"ledger": ledger}))
    Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1], server


if __name__ == "__main__":
    serve(listen)
