"""PayU REST API 2.1."""

from django.conf import settings

from payments.providers.payu.client import PayU


def build() -> PayU:
    """PayU as the town's settings describe it."""
    return PayU(
        base_url=settings.PAYU_BASE_URL,
        pos_id=settings.PAYU_POS_ID,
        client_id=settings.PAYU_CLIENT_ID,
        client_secret=settings.PAYU_CLIENT_SECRET,
        second_key=settings.PAYU_SECOND_KEY,
    )
