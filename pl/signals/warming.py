"""Take over the history of many rows at once, and read what it says of their last bars."""

import os
