"""What is refused before anything in a message is verified."""

import pytest

from epuap.saml import guard
from epuap.saml.errors import SignInRefused

WSU = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"


@pytest.mark.parametrize("name", ["ID", "Id", "u:Id", "xml:id"])
def test_an_id_shared_under_any_name_of_it(name: str) -> None:
    message = f'<a xmlns:u="{WSU}" ID="one"><b {name}="%s"/></a>'
    assert guard.parse((message % "two").encode()).tag == "a"
    with pytest.raises(SignInRefused) as refused:
        guard.parse((message % "one").encode())
    assert refused.value.code == "xml_duplicate_id"
