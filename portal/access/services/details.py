"""What the applicant fills in about themselves."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Details:
    """Address and contact; the names and the number come from the verified identity."""

    street: str = ""
    building: str = ""
    flat: str = ""
    postal_code: str = ""
    city: str = ""
    phone: str = ""
    email: str = ""
    remarks: str = ""
