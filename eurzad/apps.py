from django.apps import AppConfig

ONE_RETRY = {"max_retries": 1, "interval_start": 0, "interval_step": 0, "interval_max": 0}


class EurzadConfig(AppConfig):
    """The composition root as an app: its commands, and the way from the outbox to Celery."""

    name = "eurzad"
    label = "eurzad"

    def ready(self) -> None:
        from eurzad.outbox import registry
        from portal.journal import staff

        registry.nudge_with(nudge)
        staff.impersonal(
            "auth.group", "catalogue.service", "channels.channel", "news.announcement", "outbox.job",
            "registers.property", "socialaccount.socialapp", "taxes.datedamount",
            "taxes.interestrate", "taxes.receivabletype",
        )  # fmt: skip
        for label in ("account.emailaddress", "mfa.authenticator", "socialaccount.socialaccount"):
            staff.data_of(label, "user__identity__public_id")
        staff.data_of("people.user", "identity__public_id")
        staff.data_of("access.accessapplication", "identity__public_id", reference="number")
        staff.data_of("mandates.mandate", "principal__public_id", reference="public_id")
        staff.data_of("payments.payment", "on_behalf__public_id", reference="reference")
        staff.data_of(
            "payments.providerevent", "payment__on_behalf__public_id", reference="payment__reference"
        )
        staff.data_of("registers.alcohollicence", "holder__public_id", reference="number")
        staff.data_of("registers.lease", "lessee__public_id", reference="number")
        staff.data_of("inbox.inbounddocument", "", reference="public_id")
        staff.data_of("inbox.inboundattachment", "", reference="public_id")
        staff.data_of("inbox.outboundletter", "", reference="public_id")


def nudge(job_id: str) -> None:
    """Tell a worker that a job waits, trying twice at most: what is lost is found by the sweep.

    Celery is imported at the first nudge: most commands never need it.
    """
    from eurzad.celery import app

    app.send_task("outbox.run_job", args=[job_id], retry=True, retry_policy=ONE_RETRY)
