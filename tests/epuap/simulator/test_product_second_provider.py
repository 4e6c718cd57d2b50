"""The product signs in at the twin's Profil Zaufany, by either binding, and refuses its lies."""

from typing import Any

import pytest

from epuap.saml import services as saml
from epuap.saml.assertion import VerifiedPerson
from epuap.saml.errors import SignInRefused
from epuap.saml.models import SignInRequest
from eurzad.lib.personas import BORYS
from tests.support.simulator import Simulator, drive_sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["artifact", "post"])
def portal(portal_talks_to_simulator: Simulator, settings: Any, request: pytest.FixtureRequest) -> Simulator:
    settings.IDENTITY_PROVIDERS = {
        **settings.IDENTITY_PROVIDERS,
        "epuap": portal_talks_to_simulator.second_provider(binding=request.param),
    }
    return portal_talks_to_simulator


def sign_in(simulator: Simulator, choice: str = "borys") -> VerifiedPerson:
    started = saml.begin_sign_in(idp="epuap")
    acs, fields = drive_sign_in(
        simulator,
        saml_request=started.saml_request,
        relay_state=started.relay_state,
        choice=choice,
        path="/dt/SingleSignOnService",
    )
    assert acs == saml.acs_url("epuap")
    public_id = saml.receive_answer(
        idp="epuap",
        artifact=fields.get("SAMLart", ""),
        response=fields.get("SAMLResponse", ""),
        relay_state=fields["RelayState"],
    )
    person, _request = saml.finish_sign_in(idp="epuap", public_id=public_id, binding=started.binding)
    return person


@pytest.mark.parametrize("behaviour", ["", "pz_encrypted", "pz_encrypted_sha256"])
def test_sign_in(portal: Simulator, behaviour: str) -> None:
    if behaviour:
        portal.order(behaviour)
    person = sign_in(portal)
    assert (person.identifier_scheme, person.identifier) == ("pesel", BORYS.pesel)
    assert (person.given_name, person.family_name) == (BORYS.given_name, BORYS.family_name)
    assert person.birth_date == BORYS.birth_date
    assert portal.ordered() == {}


def test_person_behind_the_session(portal: Simulator, settings: Any) -> None:
    binding = settings.IDENTITY_PROVIDERS["epuap"]["binding"]
    settings.IDENTITY_PROVIDERS["epuap"] = portal.second_provider(binding=binding, by_session=True)
    portal.order("pz_session_only")
    assert sign_in(portal).identifier == BORYS.pesel
    for behaviour in ("userinfo_nobody", "userinfo_fault", "userinfo_http_500", "userinfo_bad_signature"):
        portal.order("pz_session_only")
        portal.order(behaviour)
        with pytest.raises(SignInRefused):
            sign_in(portal)
    assert portal.ordered() == {}


def test_somebody_from_another_country(portal: Simulator) -> None:
    person = sign_in(portal, "greta")
    assert person.identifier_scheme == "eidas" and person.identifier.startswith("DE/PL/")
    assert person.birth_date is not None and person.birth_date.isoformat() == "1882-03-04"


@pytest.mark.parametrize(
    "behaviour",
    [
        "idp_expired",
        "idp_wrong_issuer",
        "idp_wrong_audience",
        "idp_wrong_recipient",
        "idp_wrong_request",
        "idp_bad_signature",
        "idp_bad_assertion",
        "idp_foreign_key",
        "idp_unsigned",
        "idp_low_assurance",
        "idp_cancelled",
    ],
)
def test_bad_sign_in_is_refused(portal: Simulator, behaviour: str) -> None:
    portal.order(behaviour)
    with pytest.raises(SignInRefused):
        sign_in(portal)
    assert portal.ordered() == {}
    assert sign_in(portal).identifier == BORYS.pesel


def test_logout(portal: Simulator, caplog: pytest.LogCaptureFixture) -> None:
    sign_in(portal)
    request = SignInRequest.objects.get()
    saml.send_logout(request.public_id)
    assert "not confirmed" not in caplog.text
