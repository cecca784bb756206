import numpy as np
import pytest

from pl.market.conditions import (
    MASSIVE_EXTENDED,
    MASSIVE_REGULAR,
    lean_rules,
    massive_rule,
)

OPEN_CLOSE, HIGH_LOW, VOLUME = 1, 2, 4
ALL = OPEN_CLOSE | HIGH_LOW | VOLUME


@pytest.mark.parametrize("condition", [2, 7, 12, 13, 20, 21, 29, 37, 52, 53])
def test_volume_only_conditions(condition):
    assert massive_rule([condition]) == VOLUME


@pytest.mark.parametrize("condition", [5, 10, 17, 22, 32, 33])
def test_conditions_that_spare_open_and_close(condition):
    assert massive_rule([condition]) == HIGH_LOW | VOLUME


@pytest.mark.parametrize("condition", [15, 16])
def test_official_prints_touch_nothing(condition):
    assert massive_rule([condition]) == 0


def test_a_corrected_close_has_prices_and_no_volume():
    assert massive_rule([38]) == OPEN_CLOSE | HIGH_LOW


@pytest.mark.parametrize(
    "condition", [1, 3, 4, 8, 9, 11, 14, 18, 19, 23, 24, 25, 27, 28, 30, 31, 34, 36]
)
def test_ordinary_conditions_touch_everything(condition):
    assert massive_rule([condition]) == ALL


@pytest.mark.parametrize("conditions", [None, [], [200], [255], [256], [-1], [10**9]])
def test_no_or_unlisted_conditions_touch_everything(conditions):
    assert massive_rule(conditions) == ALL


def test_a_field_needs_the_leave_of_every_condition():
    assert massive_rule([14, 10, 37]) == VOLUME
    assert massive_rule([38, 37]) == 0


def test_form_t_sets_prices_outside_regular_hours_unless_it_comes_with_an_odd_lot():
    assert massive_rule([12], MASSIVE_REGULAR) == VOLUME
    assert massive_rule([12], MASSIVE_EXTENDED) == ALL
    assert massive_rule([12, 37], MASSIVE_EXTENDED) == VOLUME
    assert massive_rule([13], MASSIVE_EXTENDED) == VOLUME


@pytest.mark.parametrize(
    ("flags", "suspicious", "regular", "expected"),
    [
        (0x1, False, True, ALL),
        (0x20000020, False, True, ALL),
        (0x2000, False, False, ALL),
        (0x2000, False, True, VOLUME),
        (0x400, False, False, ALL),
        (0x4800, False, False, VOLUME),
        (0x20000200, False, True, HIGH_LOW | VOLUME),
        (0x20100200, False, True, VOLUME),
        (0x1000001, False, True, 0),
        (0x4000000, False, True, 0),
        (0x1, True, True, VOLUME),
        (0x1000000, True, True, 0),
        (0x80, False, True, ALL),
    ],
)
def test_lean_flags_follow_the_same_rules(flags, suspicious, regular, expected):
    rules = lean_rules(np.array([flags]), np.array([suspicious]), np.array([regular]))
    assert rules.dtype == np.uint8
    assert rules.tolist() == [expected]
