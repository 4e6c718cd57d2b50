"""The two identity providers this process plays, and what was agreed with the portal for each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from django.conf import settings


@dataclass(frozen=True)
class Provider:
    """One identity provider: its name here, its key, its addresses, and the portal as it knows it."""

    name: str
    title: str
    entity_id: str
    credential: str
    stranger: str
    sp_entity_id: str
    sp_certificate: Path
    sso_path: str
    artifact_path: str
    logout_path: str
    metadata_file: str

    @property
    def is_node(self) -> bool:
        """The national node, with its eIDAS profile; otherwise Profil Zaufany."""
        return self.name == "login"

    @property
    def sso_url(self) -> str:
        """Where browsers post AuthnRequests."""
        return f"{settings.SIM_BASE_URL}{self.sso_path}"

    @property
    def artifact_url(self) -> str:
        """Where the portal's server resolves artifacts."""
        return f"{settings.SIM_SERVICE_URL}{self.artifact_path}"

    @property
    def logout_url(self) -> str:
        """Where the portal's server says that a session has ended."""
        return f"{settings.SIM_SERVICE_URL}{self.logout_path}"


def node() -> Provider:
    """login.gov.pl."""
    return Provider(
        name="login",
        title="login.gov.pl",
        entity_id=settings.SIM_IDP_ENTITY_ID,
        credential="idp",
        stranger="foreign-ec",
        sp_entity_id=settings.SIM_SP_ENTITY_ID,
        sp_certificate=settings.SIM_SP_CERT,
        sso_path="/login/SingleSignOnService",
        artifact_path="/login-services/idpArtifactResolutionService",
        logout_path="/login-services/singleLogoutService",
        metadata_file="idp-metadata.xml",
    )


def trusted_profile() -> Provider:
    """Profil Zaufany, "DT": closed to newcomers since 2021, kept by old agreements."""
    return Provider(
        name="pz",
        title="Profil Zaufany",
        entity_id=settings.SIM_PZ_ENTITY_ID,
        credential="pz-idp",
        stranger="foreign-idp",
        sp_entity_id=settings.SIM_PZ_SP_ENTITY_ID,
        sp_certificate=settings.SIM_SP_RSA_CERT,
        sso_path="/dt/SingleSignOnService",
        artifact_path="/dt-services/idpArtifactResolutionService",
        logout_path="/dt/SingleLogoutService",
        metadata_file="idp-epuap-metadata.xml",
    )


def by_name(name: str) -> Provider:
    """Return the provider that a sign-in was begun at."""
    return node() if name == "login" else trusted_profile()
