from tests.epuap.soap.fake_service import (  # noqa: F401
    office_keys,
    service,
    service_keys,
    soap_config,
    stranger_keys,
)
