from __future__ import annotations

import hashlib

import pytest

from geo3d.errors import OptionError, TooManyAttempts
from geo3d_server.password import Throttle, hashed, is_password


def test_only_the_password_opens() -> None:
    stored = hashed("correct horse")
    assert is_password("correct horse", stored)
    assert not is_password("correct horsE", stored)
    assert b"correct" not in stored


def test_two_hashes_of_one_password_differ() -> None:
    assert hashed("correct horse") != hashed("correct horse")


def test_the_hash_is_scrypt() -> None:
    _, n, r, p, salt, found = hashed("correct horse").decode().split("$")
    expected = hashlib.scrypt(b"correct horse", salt=bytes.fromhex(salt), n=int(n), r=int(r), p=int(p), dklen=32)
    assert found == expected.hex()


def test_a_short_password_is_refused() -> None:
    with pytest.raises(OptionError, match="8 characters"):
        hashed("short")


def test_guesses_of_one_address_are_limited() -> None:
    throttle = Throttle(per_address=3, altogether=100)
    for _ in range(3):
        throttle.guess("10.0.0.1")
    with pytest.raises(TooManyAttempts) as caught:
        throttle.guess("10.0.0.1")
    assert 0 < caught.value.details["retry_after_s"] <= 60
    throttle.guess("10.0.0.2")


def test_guesses_of_many_addresses_are_limited_together() -> None:
    throttle = Throttle(per_address=3, altogether=5)
    for k in range(5):
        throttle.guess(f"10.0.0.{k}")
    with pytest.raises(TooManyAttempts):
        throttle.guess("10.0.0.99")


def test_a_right_password_is_no_guess() -> None:
    throttle = Throttle(per_address=1, altogether=1)
    for _ in range(5):
        throttle.guess("10.0.0.1")
        throttle.forgive("10.0.0.1")


def test_guesses_are_forgotten_in_time() -> None:
    throttle = Throttle(per_address=1, altogether=1, window_s=0.0)
    for _ in range(5):
        throttle.guess("10.0.0.1")
