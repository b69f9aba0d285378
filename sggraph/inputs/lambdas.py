"""The argument `lambda_`: what it may be, and the number of neighbours that it stands for."""

from ..runtime.checks import GREATEST, check_number, is_among

AUTO_LAMBDA = 10.0  # as in the publications


def check_lambda(name, lambda_):
    """Raise a ValueError unless it is "auto", None or a number of at least 1."""
    if not is_among(lambda_, ("auto", None)):
        check_number(name, lambda_, 1, GREATEST, "'auto', None or a number of at least 1, such as 10")


def as_lambda(lambda_):
    """The number that "auto" stands for, any other as it is."""
    return AUTO_LAMBDA if isinstance(lambda_, str) else lambda_
