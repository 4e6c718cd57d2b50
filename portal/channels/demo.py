"""The demo town has its channels' legal effects put into English and Ukrainian."""

from portal.channels.models import Channel

_EFFECTS = {
    "portal": (
        "An application submitted in the portal reaches the office at the time stated in the official receipt of "
        "submission (UPP).",
        "Заява, подана в порталі, надходить до управління (urząd) у момент, зазначений в офіційному підтвердженні "
        "подання (UPP).",
    ),
    "epuap": (
        "Since 1 January 2026 ePUAP is no longer a general way of submitting letters. The office accepts this "
        "application through it because it concerns access to a service of the office. You will find the receipt "
        "(UPP) in your ePUAP account.",
        "Від 1 січня 2026 року ePUAP не є загальним способом подання документів. Управління (urząd) приймає через "
        "нього цю заяву, бо вона стосується доступу до послуги управління. Підтвердження (UPP) є у Вашому кабінеті "
        "на ePUAP.",
    ),
    "edoreczenia": (
        "A letter sent to the office’s address for e-Delivery (e-Doręczenia) reaches the office at the time stated "
        "in the evidence of receipt.",
        "Лист, надісланий на адресу управління (urząd) для електронних вручень (e-Doręczenia), надходить у момент, "
        "зазначений у доказі отримання.",
    ),
    "paper": (
        "A letter handed in at the office arrives on the day shown on the date-of-receipt stamp; one posted at a "
        "Polish post office of the designated operator meets the deadline if it was posted before the deadline "
        "passed.",
        "Лист, поданий в управлінні (urząd), надходить у день, зазначений на штампі про надходження; лист, "
        "надісланий у польському відділенні призначеного поштового оператора, подано вчасно, якщо його надіслано "
        "до закінчення строку.",
    ),
}


def load() -> None:
    """Fill in the translations that are empty; what the town wrote itself stays."""
    for code, (english, ukrainian) in _EFFECTS.items():
        rows = Channel.objects.filter(code=code)
        rows.filter(legal_effect_en="").update(legal_effect_en=english)
        rows.filter(legal_effect_uk="").update(legal_effect_uk=ukrainian)
