"""The office's seal."""

from pathlib import Path
from typing import Any

import pytest

from scripts.demo_keys import make as make_keys


@pytest.fixture(scope="session")
def key_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's keys."""
    folder = tmp_path_factory.mktemp("keys")
    make_keys(folder)
    return folder


@pytest.fixture
def seal_keys(key_folder: Path, settings: Any) -> None:
    """The seal's key and certificate where the settings say."""
    settings.SEAL_KEY, settings.SEAL_CERT = key_folder / "seal.key", key_folder / "seal.crt"
