"""`python -m dslab` is the command `dslab`."""

import sys

from dslab.command.cli import main

if __name__ == "__main__":
    sys.exit(main())
