"""runtime/checks.py: what is accepted passes, anything else is refused in one grammar, `name=value: give ...`."""

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from sggraph.runtime.checks import (
    ABOVE_0,
    GREATEST,
    check_choice,
    check_count,
    check_flag,
    check_n_jobs,
    check_number,
    check_whole,
    is_missing,
    listed,
    shown,
)

ACCEPTED = [
    (check_flag, True, ()),
    (check_flag, np.False_, ()),
    (check_flag, "auto", ("auto",)),
    (check_flag, None, (None,)),
    (check_choice, np.str_("out"), ("in", "out")),
    (check_choice, None, ("in", None)),
    (check_number, np.float32(0.5), (0, 1, "a share")),
    (check_number, 5e-324, (ABOVE_0, GREATEST, "a number above 0")),
    (check_whole, np.int8(3), (3,)),
    (check_whole, 5, (1, 5)),
    (check_count, None, ()),
    (check_count, 1, ()),
    (check_n_jobs, -1, ()),
    (check_n_jobs, None, ()),
]
REFUSED = [
    (check_flag, 1, (), "x=1: give True or False"),
    (check_flag, "no", ("auto",), "x='no': give True, False or 'auto'"),
    (check_flag, None, ("auto",), "x=None: give True, False or 'auto'"),
    (check_choice, "up", ("in", "out"), "x='up': give 'in' or 'out'"),
    (check_choice, np.array(["in"]), ("in", None), "x=array(['in'], dtype='<U2'): give 'in' or None"),
    (check_choice, 1, (True, False, "auto"), "x=1: give True, False or 'auto'"),
    (check_number, True, (0, 1, "a share"), "x=True: give a share"),
    (check_number, float("nan"), (0, 5, "a number"), "x=nan: give a number, from 0 to 5"),
    (check_number, 0, (ABOVE_0, GREATEST, "a number above 0"), "x=0: give a number above 0"),
    (check_number, "1", (0, 1, "a share"), "x='1': give a share"),
    (check_whole, 2.0, (1,), "x=2.0: give a whole number of at least 1"),
    (check_whole, 9, (1, 3, "a number of dimensions"), "x=9: give a number of dimensions from 1 to 3"),
    (check_count, 0, (), "x=0: give a whole number of at least 1, or None for all"),
    (check_n_jobs, 0, (), "x=0: give a number of threads, or -1 or None for all cores (at most 4096)"),
]


@pytest.mark.parametrize(("check", "value", "terms"), ACCEPTED)
def test_what_is_accepted_passes(check, value, terms):
    check("x", value, *terms)


@pytest.mark.parametrize(("check", "value", "terms", "message"), REFUSED)
def test_what_is_refused_is_told_what_to_give(check, value, terms, message):
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        check("x", value, *terms)
    assert str(caught.value) == message


@pytest.mark.parametrize("value", [10**400, 10**5000, -(10**400)], ids=["googols", "beyond printing", "negative"])
def test_numbers_beyond_all_floats(value):
    with pytest.raises(ValueError, match=r"^x=.{9,90}: give a number$"):
        check_number("x", value, 0, GREATEST, "a number")


def test_values_are_shown_in_a_line():
    assert (
        shown(np.zeros((9, 9))) == "array([[0., 0., 0., 0., 0., 0., 0., 0., 0.], [0., 0., 0., 0., 0., 0., 0., 0., 0...."
    )
    assert shown(10**5000) == "a number of thousands of digits"
    assert shown("a\nb") == r"'a\nb'"
    assert listed(["a"]) == "'a'"
    assert listed(["a", None, True]) == "'a', None or True"


@pytest.mark.parametrize(
    "value", [None, np.nan, np.float32("nan"), Decimal("nan"), pd.NA, pd.NaT, np.datetime64("NaT")]
)
def test_what_stands_for_nothing(value):
    assert is_missing(value)


@pytest.mark.parametrize("value", [0, "", "nan", False, (), np.array([np.nan]), np.datetime64("2024"), pd.Timestamp(0)])
def test_what_stands_for_something(value):
    assert not is_missing(value)
