"""Know what is planted: what the files of a folder draw."""

from typing import Final

from pl.discovery import declared
from pl.simulator import outlines
from pl.simulator.outline import Drawn

KINDS: Final = {one.name: one for one in declared(Drawn, outlines)}
"""By name, in the order of their numbers."""
