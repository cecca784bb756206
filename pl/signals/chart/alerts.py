"""Say from which confidence a chart pattern is worth an alert.

Chosen on planted series and shuffled random walks of development seeds: what a step down would
add in planted patterns found no longer outweighed a quarter of what it added in wrong finds. Held
to by tests on other seeds; `docs/reference/chart-patterns.md` has the outcome. The log also holds
what comes near (`scan.NEAR`).
"""

from collections.abc import Mapping
from typing import Final

ALERT_CONFIDENCE: Final[Mapping[str, float]] = {
    "Double_Top": 0.59,
    "Double_Bottom": 0.59,
    "Triple_Top": 0.53,
    "Triple_Bottom": 0.51,
    "Head_and_Shoulders": 0.60,
    "Inverse_Head_and_Shoulders": 0.58,
    "Ascending_Triangle": 0.57,
    "Descending_Triangle": 0.56,
    "Symmetrical_Triangle": 0.58,
    "Rising_Wedge": 0.60,
    "Falling_Wedge": 0.60,
    "Rectangle": 0.42,
    "Channel": 0.55,
    "Flag": 0.62,
    "Pennant": 0.58,
    "Cup_and_Handle": 0.60,
    "Rounding_Bottom": 0.64,
    "V_Top": 0.66,
    "V_Bottom": 0.66,
}
