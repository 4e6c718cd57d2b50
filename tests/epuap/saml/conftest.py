"""Two identity providers that run for the whole module of attacks, and the doors to the portal."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project

from tests.epuap.saml.doors import Door, attacker_like
from tests.support.idp import EIDAS_NAMES, SP_ENTITY_ID, Idp, KeyPair, make_key_pair
from tests.support.signin import PZ_ENTITY_ID

LEVELS = ("http://eidas.europa.eu/LoA/substantial", "http://eidas.europa.eu/LoA/high")


@dataclass(frozen=True)
class Peers:
    """The providers, each with somebody who has a key of the same kind, and the files that pin them."""

    login: Idp
    pz: Idp
    attackers: dict[str, KeyPair]
    folder: Path


@pytest.fixture(scope="session")
def peers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Peers]:
    """Keys are made once: the attacks are many and RSA is slow."""
    base = project.PORTAL_BASE_URL
    login = Idp(acs_url=f"{base}/saml/login/acs/")
    pz = Idp(
        sp=make_key_pair("sp-rsa", rsa_bits=2048),
        signer=make_key_pair("pz", rsa_bits=2048),
        entity_id=PZ_ENTITY_ID,
        acs_url=f"{base}/saml/pz/acs/",
    )
    folder = tmp_path_factory.mktemp("peers")
    with login.serving(), pz.serving():
        for name, idp in (("login", login), ("pz", pz)):
            (folder / f"{name}.xml").write_bytes(idp.metadata())
            (folder / f"{name}.key").write_bytes(idp.sp.key_pem)
            (folder / f"{name}.crt").write_bytes(idp.sp.certificate_pem)
        attackers = {
            name: attacker_like(idp.signer, make_key_pair) for name, idp in (("login", login), ("pz", pz))
        }
        yield Peers(login, pz, attackers, folder)


@pytest.fixture
def doors(
    peers: Peers, db: None, settings: Any, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> Iterator[dict[str, Door]]:
    """Both providers are configured at once; the second one is there a third time, by POST."""
    caplog.set_level(logging.DEBUG)
    settings.SAML_SP_ENTITY_ID = SP_ENTITY_ID
    settings.SAML_SP_KEY, settings.SAML_SP_CERT = peers.folder / "login.key", peers.folder / "login.crt"
    settings.SAML_SP_RSA_KEY, settings.SAML_SP_RSA_CERT = peers.folder / "pz.key", peers.folder / "pz.crt"
    settings.IDENTITY_PROVIDERS = {
        "login": {"metadata": peers.folder / "login.xml", "profile": "login.gov.pl"},
        "pz": {
            "metadata": peers.folder / "pz.xml",
            "profile": "epuap",
            "label": "Zaloguj się przez Profil Zaufany",
            "binding": "artifact",
            "levels": LEVELS,
            "attributes": dict(EIDAS_NAMES),
            "userinfo_url": "",
        },
    }
    for idp in (peers.login, peers.pz):
        idp.answers.clear()
        idp.resolved.clear()
        idp.raw_answer = None
    yield {
        "login": Door("login", False, peers.login, peers.attackers["login"], caplog),
        "artifact": Door("pz", False, peers.pz, peers.attackers["pz"], caplog),
        "post": Door("pz", True, peers.pz, peers.attackers["pz"], caplog),
    }


def _opened(kind: str, doors: dict[str, Door], settings: Any) -> Door:
    if kind == "post":
        settings.IDENTITY_PROVIDERS["pz"]["binding"] = "post"
    return doors[kind]


@pytest.fixture(params=["login", "artifact", "post"])
def door(request: pytest.FixtureRequest, doors: dict[str, Door], settings: Any) -> Door:
    """Each profile in each binding that it has."""
    return _opened(request.param, doors, settings)


@pytest.fixture(params=["artifact", "post"])
def pz(request: pytest.FixtureRequest, doors: dict[str, Door], settings: Any) -> Door:
    """The profile epuap in both bindings."""
    return _opened(request.param, doors, settings)


@pytest.fixture(params=["login", "artifact"])
def resolving(request: pytest.FixtureRequest, doors: dict[str, Door], settings: Any) -> Door:
    """Both profiles by artifact."""
    return _opened(request.param, doors, settings)


@pytest.fixture
def login(doors: dict[str, Door]) -> Door:
    """The profile login.gov.pl."""
    return doors["login"]


@pytest.fixture
def post(doors: dict[str, Door], settings: Any) -> Door:
    """The profile epuap by POST."""
    return _opened("post", doors, settings)
