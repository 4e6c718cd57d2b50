"""Going wrong on demand."""

from payments.simulator.models import Fault

CREATE = {
    "unanswered": "zlecenie przyjęte, odpowiedź nie doszła",
    "lost": "zlecenie nie doszło",
    "refused": "zlecenie odrzucone",
}
NOTIFY = {
    "lost": "powiadomienie ginie",
    "repeated": "powiadomienie przychodzi pięć razy",
    "reversed": "powiadomienia w odwrotnej kolejności",
    "wrong_amount": "zła kwota w powiadomieniu",
    "bad_signature": "zły podpis powiadomienia",
}


def set_fault(point: str, kind: str) -> bool:
    """Let the next passage of `point` fail as `kind`; False when there is no such fault."""
    if kind not in {"create": CREATE, "notify": NOTIFY}.get(point, {}):
        return False
    Fault.objects.create(point=point, kind=kind)
    return True


def take_fault(point: str) -> str:
    """The fault that is due at `point`, used up by this; empty when all is well."""
    fault = Fault.objects.filter(point=point).order_by("pk").first()
    if fault is None or not Fault.objects.filter(pk=fault.pk).delete()[0]:
        return ""
    return fault.kind
