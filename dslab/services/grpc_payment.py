"""The payment service over gRPC: protobuf in HTTP/2. `payment.proto` is compiled when it is first needed.

`python -m dslab.services.grpc_payment` is the server; `payments` starts it.
"""

from __future__ import annotations

import re
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib import import_module
from tempfile import TemporaryDirectory
from typing import Any

import grpc

from dslab.services.interface import PROTO, Outcome, Receipt, Refusal
from dslab.services.ledger import Ledger
from dslab.services.protobuf import protoc
from dslab.services.server_process import serve

STATUS = {"not found": grpc.StatusCode.NOT_FOUND, "invalid": grpc.StatusCode.INVALID_ARGUMENT,
          "unavailable": grpc.StatusCode.UNAVAILABLE}
REFUSED = {grpc.StatusCode.NOT_FOUND, grpc.StatusCode.INVALID_ARGUMENT}     # all other errors leave it open
OPTIONS = [("grpc.enable_http_proxy", 0),           # an http_proxy in the environment is not meant for loopback
           ("grpc.use_local_subchannel_pool", 1)]   # a connection for each client


@cache
def generated() -> tuple[Any, Any]:
    """The messages, and the stubs, that protoc writes for `payment.proto`.

    They are imported from a folder that is gone afterwards. (`grpc.protos_and_services` would do the same, but not
    where a folder on the path, such as that of the notebook, has a name beyond ASCII.)
    """
    with TemporaryDirectory() as folder:
        protoc(PROTO, f"--python_out={folder}", f"--grpc_python_out={folder}")
        sys.path.insert(0, folder)
        try:
            return import_module("payment_pb2"), import_module("payment_pb2_grpc")
        finally:
            sys.path.remove(folder)


class GrpcClient:
    """The client's side: the stub makes the call, and its result or its error becomes an outcome."""

    def __init__(self, port: int) -> None:
        self._messages, stubs = generated()
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}", OPTIONS)
        self._stub = stubs.PaymentStub(self._channel)

    def charge(self, account: str, cents: int, *, key: str = "", deadline: float = 5.0) -> Outcome:
        """Ask for a charge and wait for the reply.

        Args:
            key: requests with the same key are executed once; empty: each is executed.
            deadline: in seconds, for the whole call. It travels with the request.
        """
        request = self._messages.ChargeRequest(account=account, cents=cents, key=key)
        try:
            receipt = self._stub.Charge(request, timeout=deadline)
        except grpc.RpcError as problem:
            # Without what stands in brackets: how the operating system words a broken connection.
            said = re.split(r"[;(]", problem.details())[0].strip()
            return Outcome("error" if problem.code() in REFUSED else "unknown", problem.code().name, said)
        return Outcome("ok", "OK", receipt=Receipt(receipt.number, receipt.cents))

    def close(self) -> None:
        """Close the connection for good."""
        self._channel.close()


class Payment:
    """The server's side: a method for each procedure of `payment.proto`, under its name there."""

    def __init__(self, ledger: Ledger, messages: Any) -> None:
        self._ledger, self._messages = ledger, messages

    def Charge(self, request: Any, context: grpc.ServicerContext) -> Any:
        """Execute a request, and return the message for the client."""
        try:
            receipt = self._ledger.charge(request.account, request.cents, request.key)
        except Refusal as refusal:
            context.abort(STATUS[refusal.reason], str(refusal))     # which raises
        return self._messages.Receipt(number=receipt.number, cents=receipt.cents)


def listen(ledger: Ledger) -> tuple[int, grpc.Server]:
    """Begin to serve on a port that the system chooses; returns it with the server."""
    messages, stubs = generated()
    server = grpc.server(ThreadPoolExecutor(max_workers=8), options=[("grpc.so_reuseport", 0)])
    stubs.add_PaymentServicer_to_server(Payment(ledger, messages), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return port, server


if __name__ == "__main__":
    serve(listen)
