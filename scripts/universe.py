#!/usr/bin/env python3
"""List, show or name symbols to watch in the running system's database.

python3 scripts/universe.py list
python3 scripts/universe.py set mine:favourites AAPL MSFT KO
python3 scripts/universe.py set mine:favourites --file symbols.csv
"""

import os
import sys
from collections.abc import Sequence

from entry import enter


def main(arguments: Sequence[str]) -> int:
    """Return the exit code of `python -m pl universe` for the running system."""
    system = enter(__file__, arguments)
    from pl.__main__ import main as producer

    os.environ["DATABASE_URL"] = system.database_url
    return producer(["universe", *arguments])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
