"""protoc, the compiler of .proto files, which comes with grpcio-tools, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from dslab.values import DslabError


def protoc(file: Path, *outputs: str) -> None:
    """Compile a .proto file; raises `DslabError` with protoc's own words if it refuses it.

    Args:
        outputs: such as "--python_out=FOLDER".
    """
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{file.parent}", *outputs, file.name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.replace(f"{file.parent}{os.sep}", "").strip()
        raise DslabError(f"protoc refuses {file.name}: {said}")
