from pathlib import Path
from typing import Any

import pytest

from tests.epuap.soap.fake_service import (  # noqa: F401
    BOX,
    KeyPair,
    Service,
    office_keys,
    service,
    service_keys,
    soap_config,
    stranger_keys,
    waiting_answer,
)


@pytest.fixture
def epuap(settings: Any, tmp_path: Path, service: Service, office_keys: KeyPair) -> Service:  # noqa: F811
    """The portal set up to talk to the fake service."""
    files = {
        "EPUAP_WS_KEY": office_keys.key,
        "EPUAP_WS_CERT": office_keys.certificate,
        "EPUAP_WS_PEER_CERT": service.signer.certificate,
    }
    for name, content in files.items():
        path = tmp_path / name
        path.write_bytes(content)
        setattr(settings, name, path)
    service.stands["ZapytaniePullOczekujace"] = waiting_answer(0)
    settings.EPUAP_FILE_HOSTS = ["repozytorium.example.test"]
    settings.EPUAP_WS_URL = service.url
    settings.TPS_URL = f"{service.url}/ep-services/tpSigning5"
    settings.EPUAP_ENTITY_ID = "jarzebin"
    settings.EPUAP_BOX_NAME = "SkrytkaESP"
    settings.EPUAP_BOX_ADDRESS = BOX
    return service
