from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from geo3d_server.settings import Settings


def test_variables_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEO3D_ALLOWED_HOSTS", "a.example, b.example")
    monkeypatch.setenv("GEO3D_PASSWORD", "correct horse")
    settings = Settings(directory=Path("w"))
    assert settings.allowed_hosts == ("a.example", "b.example")
    assert settings.password is not None
    assert settings.password.get_secret_value() == "correct horse"
    assert "correct horse" not in repr(settings)


def test_the_caller_wins_over_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEO3D_PORT", "9000")
    assert Settings(directory=Path("w"), port=9001).port == 9001


def test_settings_are_values() -> None:
    with pytest.raises(ValidationError):
        Settings(directory=Path("w")).port = 1  # type: ignore[misc]


def test_a_misspelt_setting_is_refused() -> None:
    with pytest.raises(ValidationError):
        Settings(directory=Path("w"), prot=1)  # type: ignore[call-arg]
