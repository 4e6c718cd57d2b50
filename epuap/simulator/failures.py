"""Failures on demand: what can be ordered, ordering it, and using an order up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models, transaction

from epuap.simulator.models import Behaviour

MAX_TIMES = 1000
MAX_SECONDS = 86_400
# Longer than any client of the portal waits for an answer.
SILENCE_SECONDS = 12


class Name(models.TextChoices):
    """Every failure the simulator knows, with what it does."""

    IDP_EXPIRED = "idp_expired", "asercja po terminie ważności"
    IDP_WRONG_ISSUER = "idp_wrong_issuer", "odpowiedź i asercja innego wystawcy"
    IDP_WRONG_AUDIENCE = "idp_wrong_audience", "asercja dla innego portalu"
    IDP_WRONG_RECIPIENT = "idp_wrong_recipient", "asercja dla innego adresu odbioru"
    IDP_WRONG_REQUEST = "idp_wrong_request", "asercja w odpowiedzi na inne żądanie"
    IDP_BAD_SIGNATURE = "idp_bad_signature", "odpowiedź zmieniona po podpisaniu"
    IDP_BAD_ASSERTION = "idp_bad_assertion", "asercja zmieniona po podpisaniu"
    IDP_FOREIGN_KEY = "idp_foreign_key", "odpowiedź i asercja podpisane cudzym kluczem"
    IDP_UNSIGNED = "idp_unsigned", "odpowiedź bez podpisu"
    IDP_LOW_ASSURANCE = "idp_low_assurance", "poziom uwierzytelnienia niski"
    IDP_SHORT_KEY = "idp_short_key", "klucz 128-bitowy opisany jako 256-bitowy"
    IDP_UNKNOWN_ARTIFACT = "idp_unknown_artifact", "artefakt, którego dostawca nie zna"
    IDP_ARTIFACT_TWICE = "idp_artifact_twice", "artefakt można rozwiązać jeszcze raz"
    IDP_CANCELLED = "idp_cancelled", "logowanie kończy się odmową, jak po anulowaniu"
    IDP_TIMEOUT = "idp_timeout", "dostawca tożsamości nie odpowiada na czas"
    IDP_HTTP_500 = "idp_http_500", "dostawca tożsamości odpowiada HTTP 500 bez treści SOAP"
    IDP_FAULT = "idp_fault", "dostawca tożsamości odpowiada błędem SOAP"
    PZ_ENCRYPTED = "pz_encrypted", "asercja zaszyfrowana (RSA-OAEP z SHA-1)"
    PZ_ENCRYPTED_SHA256 = "pz_encrypted_sha256", "asercja zaszyfrowana (RSA-OAEP z SHA-256)"
    PZ_SESSION_ONLY = "pz_session_only", "asercja bez danych osoby, tylko z numerem sesji"
    USERINFO_TIMEOUT = "userinfo_timeout", "getTpUserInfo nie odpowiada na czas"
    USERINFO_HTTP_500 = "userinfo_http_500", "getTpUserInfo odpowiada HTTP 500 bez treści SOAP"
    USERINFO_FAULT = "userinfo_fault", "getTpUserInfo odpowiada błędem SOAP"
    USERINFO_BAD_SIGNATURE = "userinfo_bad_signature", "odpowiedź getTpUserInfo zmieniona po podpisaniu"
    USERINFO_NOBODY = "userinfo_nobody", "getTpUserInfo nie podaje osoby"
    TPS_ALTERED_DOCUMENT = "tps_altered_document", "podpisany dokument różni się od wysłanego"
    TPS_BROKEN_SIGNATURE = "tps_broken_signature", "dokument zmieniony po podpisaniu"
    TPS_FOREIGN_SEAL = "tps_foreign_seal", "podpis inną pieczęcią niż pieczęć ministra"
    TPS_UNSIGNED = "tps_unsigned", "dokument wraca bez podpisu"
    TPS_SIGNED_AGAIN = "tps_signed_again", "dokument oddany jeszcze raz, z nowym podpisem"
    TPS_RETURN_UNSIGNED = "tps_return_unsigned", "powrót pod adres powodzenia, choć nikt nie podpisał"
    TPS_TIMEOUT = "tps_timeout", "usługa podpisu nie odpowiada na czas"
    TPS_HTTP_500 = "tps_http_500", "usługa podpisu odpowiada HTTP 500 bez treści SOAP"
    TPS_FAULT = "tps_fault", "usługa podpisu zwraca błąd"
    TPS_BAD_SIGNATURE = "tps_bad_signature", "odpowiedź usługi podpisu zmieniona po podpisaniu"
    WS_TIMEOUT = "ws_timeout", "usługi ePUAP nie odpowiadają na czas"
    WS_HTTP_500 = "ws_http_500", "usługi ePUAP odpowiadają HTTP 500 bez treści SOAP"
    WS_FAULT = "ws_fault", "usługi ePUAP zwracają błąd"
    WS_BAD_SIGNATURE = "ws_bad_signature", "odpowiedź ePUAP zmieniona po podpisaniu"
    WS_FOREIGN_KEY = "ws_foreign_key", "odpowiedź ePUAP podpisana cudzym kluczem"
    PULL_TIMEOUT = "pull_timeout", "WS-Pull nie odpowiada na czas"
    PULL_HTTP_500 = "pull_http_500", "WS-Pull odpowiada HTTP 500 bez treści SOAP"
    PULL_FAULT = "pull_fault", "WS-Pull zwraca błąd"
    PULL_AGAIN = "pull_again", "potwierdzony dokument zostaje wydany jeszcze raz"
    NADAJ_TIMEOUT = "nadaj_timeout", "nadaj nie odpowiada na czas i pisma nie doręcza"
    NADAJ_LATE_ANSWER = "nadaj_late_answer", "nadaj doręcza pismo, ale nie odpowiada na czas"
    NADAJ_LOST_REQUEST = "nadaj_lost_request", "połączenie pęka, zanim pismo dotrze (niedoręczone)"
    NADAJ_LOST_ANSWER = "nadaj_lost_answer", "pismo doręczone, odpowiedź ginie po drodze"
    NADAJ_HTTP_500 = "nadaj_http_500", "nadaj odpowiada HTTP 500 bez treści SOAP (niedoręczone)"
    NADAJ_FAULT = "nadaj_fault", "nadaj zwraca błąd (niedoręczone)"
    NADAJ_OTHER_RECEIPT = "nadaj_other_receipt", "UPP dotyczy innego dokumentu"
    NADAJ_FORGED_RECEIPT = "nadaj_forged_receipt", "UPP opatrzone cudzą pieczęcią"
    NADAJ_LATE_RECEIPT = "nadaj_late_receipt", "nadaj odpowiada bez UPP, UPP przychodzi później do skrytki"
    SKLAD_TIMEOUT = "sklad_timeout", "skład dokumentów nie odpowiada na czas"
    SKLAD_HTTP_500 = "sklad_http_500", "skład dokumentów odpowiada HTTP 500 bez treści SOAP"
    SKLAD_FAULT = "sklad_fault", "skład dokumentów zwraca błąd"
    DORECZ_TIMEOUT = "dorecz_timeout", "doręczyciel nie odpowiada na czas i zlecenia nie przyjmuje"
    DORECZ_LOST_ANSWER = "dorecz_lost_answer", "zlecenie doręczenia przyjęte, odpowiedź ginie po drodze"
    DORECZ_HTTP_500 = "dorecz_http_500", "doręczyciel odpowiada HTTP 500 bez treści SOAP"
    DORECZ_FAULT = "dorecz_fault", "doręczyciel zwraca błąd"
    REPO_TIMEOUT = "repo_timeout", "repozytorium plików nie odpowiada na czas"
    REPO_LOST_ANSWER = "repo_lost_answer", "plik uznany za pobrany, odpowiedź ginie po drodze"
    REPO_HTTP_500 = "repo_http_500", "repozytorium plików odpowiada HTTP 500 bez treści SOAP"
    REPO_FAULT = "repo_fault", "repozytorium plików zwraca błąd"
    CA_TIMEOUT = "ca_timeout", "CRL i OCSP nie odpowiadają na czas"
    CA_HTTP_500 = "ca_http_500", "CRL i OCSP odpowiadają HTTP 500"
    CA_TRY_LATER = "ca_try_later", "OCSP odpowiada tryLater"


GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Logowanie (login.gov.pl i Profil Zaufany)", ("idp_",)),
    ("Logowanie przez Profil Zaufany", ("pz_", "userinfo_")),
    ("Podpisywanie (TPS5)", ("tps_",)),
    ("Wszystkie usługi ePUAP", ("ws_",)),
    ("Odbieranie ze skrytki (WS-Pull)", ("pull_",)),
    ("Wysyłanie pism (nadaj)", ("nadaj_",)),
    ("Skład dokumentów wysłanych", ("sklad_",)),
    ("Doręczenia za UPD (dorecz)", ("dorecz_",)),
    ("Duże pliki", ("repo_",)),
    ("Unieważnienia certyfikatów (CRL, OCSP)", ("ca_",)),
)
"""How the control page groups them: heading and beginnings of names."""


@dataclass(frozen=True)
class Order:
    """One order that has just been used up; a general one was for all services of ePUAP."""

    seconds: int | None
    is_general: bool = False

    def silence(self) -> int:
        """How long the ordered silence lasts, in seconds."""
        return SILENCE_SECONDS if self.seconds is None else self.seconds


def order(name: Name, times: int = 1, seconds: int | None = None) -> None:
    """Order a failure for the next `times` occasions; 0 withdraws it."""
    Behaviour.objects.update_or_create(name=name.value, defaults={"remaining": times, "seconds": seconds})


def withdraw_all() -> None:
    """Withdraw every order."""
    Behaviour.objects.update(remaining=0)


def ordered() -> dict[str, int]:
    """Return the failures ordered and not used up, with how many times they will happen."""
    return dict(Behaviour.objects.filter(remaining__gt=0).values_list("name", "remaining"))


def take_order(name: Name) -> Order | None:
    """Use up one order of this failure and return it; None when there is none."""
    if not Behaviour.objects.filter(name=name.value, remaining__gt=0).exists():
        return None
    with transaction.atomic():
        found = Behaviour.objects.filter(name=name.value, remaining__gt=0).first()
        if found is None:
            return None
        found.remaining -= 1
        found.save(update_fields=["remaining"])
    return Order(found.seconds, is_general=found.name.startswith("ws_"))


def take(name: Name) -> bool:
    """Use up one order of this failure; say whether there was one."""
    return take_order(name) is not None


def take_first(names: Iterable[str]) -> Order | None:
    """Use up one order of the first of these failures that is ordered and return it."""
    taken = (take_order(Name(name)) for name in names)
    return next((order for order in taken if order is not None), None)
