"""Enqueue, claim, run and recover jobs.

A job is claimed by a conditional update, so SQLite and PostgreSQL share one code path. A worker that dies
leaves its row `running`; the sweep gives it back once the lease is over, and the claim token keeps a late
worker from finishing a job that somebody else has taken up.
"""

import logging
import uuid
from datetime import datetime, timedelta

from django.db import IntegrityError, OperationalError, transaction
from django.db.models import Q

from eurzad.lib import clock
from eurzad.lib.errors import TransientError
from eurzad.outbox import registry
from eurzad.outbox.models import Job

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=35)
"""Longer than the hard time limit of a task (30 s), so a claim never outlives its worker's right to it."""
IDLE = timedelta(seconds=30)
MAX_ATTEMPTS = 50
"""With a back-off of at most five minutes: about four hours of a world outside that does not answer."""
MAX_LOST = 5
"""A job that takes its worker down with it so many times is set aside."""
KEEP_DONE = timedelta(days=14)
KEEP_DONE_PERIODIC = timedelta(hours=1)


def enqueue(name: str, *, key: str = "", run_in: timedelta = timedelta(0), **arguments: str) -> Job | None:
    """Add a job inside the caller's transaction and nudge a worker after commit.

    `key` is unique among unfinished jobs: a second call with it is a no-op that returns None.
    Raises LookupError for an unknown name.
    """
    registry.get(name)
    now = clock.now()
    job = Job(name=name, arguments=arguments, key=key, run_after=now + run_in, created_at=now)
    if key and Job.objects.filter(key=key, state__in=(Job.State.WAITING, Job.State.RUNNING)).exists():
        return None
    try:
        with transaction.atomic():
            job.save(force_insert=True)
    except IntegrityError:
        return None
    if not run_in:
        transaction.on_commit(lambda: nudge(job.public_id))
    return job


def nudge(job_id: uuid.UUID) -> None:
    """Tell the workers that a job waits; a lost message is found again by the sweep."""
    try:
        registry.nudger()(str(job_id))
    except Exception:  # noqa: BLE001 - any broker failure: the row is the truth and the sweep finds it
        logger.warning("nudge lost job=%s", job_id)


def run(job_id: uuid.UUID) -> bool:
    """Claim one waiting job and do it; return whether this call did the work."""
    now = clock.now()
    claim = uuid.uuid4()
    claimed = Job.objects.filter(public_id=job_id, state=Job.State.WAITING, run_after__lte=now).update(
        state=Job.State.RUNNING, claim=claim, claimed_at=now
    )
    if not claimed:
        return False
    job = Job.objects.get(public_id=job_id)
    from celery.exceptions import SoftTimeLimitExceeded

    try:
        registry.get(job.name)(**job.arguments)
    except registry.Later as later:
        _give_back(job, claim, in_seconds=later.seconds)
    except TransientError as error:
        _retry_or_set_aside(job, claim, code=error.code)
    except SoftTimeLimitExceeded:
        _retry_or_set_aside(job, claim, code="time_limit")
    except OperationalError:
        logger.warning("database failed a job name=%s job=%s", job.name, job.public_id)
        _retry_or_set_aside(job, claim, code="database")
    except Exception as error:
        logger.exception("job failed name=%s job=%s", job.name, job.public_id)
        _finish(job, claim, Job.State.FAILED, code=getattr(error, "code", type(error).__name__))
    else:
        _finish(job, claim, Job.State.DONE)
    return True


def sweep() -> int:
    """Give back jobs of dead workers, start what runs by the clock, nudge idle jobs; return the number nudged."""
    now = clock.now()
    for job in Job.objects.filter(state=Job.State.RUNNING, claimed_at__lt=now - LEASE)[:200]:
        _take_back(job)
    for periodic in registry.periodic():
        _start_periodic(periodic)
    idle = Q(nudged_at__isnull=True) | Q(nudged_at__lt=now - IDLE)
    waiting = list(
        Job.objects.filter(idle, state=Job.State.WAITING, run_after__lte=now)
        .order_by("run_after")
        .values_list("public_id", flat=True)[:500]
    )
    Job.objects.filter(public_id__in=waiting).update(nudged_at=now)
    for job_id in waiting:
        nudge(job_id)
    return len(waiting)


def tidy() -> int:
    """Remove done jobs older than two weeks, periodic ones after an hour; return how many. Failed ones stay."""
    now = clock.now()
    old = Q(finished_at__lt=now - KEEP_DONE) | Q(
        key__startswith="every:", finished_at__lt=now - KEEP_DONE_PERIODIC
    )
    return Job.objects.filter(old, state=Job.State.DONE).delete()[0] + _tidy_failed_periodic(now)


def _tidy_failed_periodic(now: datetime) -> int:
    """What fails every few seconds would fill the table; the last two weeks are enough to see why."""
    failed = Job.objects.filter(
        state=Job.State.FAILED, key__startswith="every:", finished_at__lt=now - KEEP_DONE
    )
    return failed.delete()[0]


def retry(job: Job) -> bool:
    """Let a set-aside job run again, on a person's word; return False when a job of its key is under way."""
    try:
        with transaction.atomic():
            revived = Job.objects.filter(pk=job.pk, state=Job.State.FAILED).update(
                state=Job.State.WAITING,
                attempts=0,
                losses=0,
                run_after=clock.now(),
                error_code="",
                nudged_at=None,
                finished_at=None,
            )
    except IntegrityError:
        return False
    transaction.on_commit(lambda: nudge(job.public_id))
    return bool(revived)


def _start_periodic(periodic: registry.Periodic) -> None:
    recent = Job.objects.filter(
        name=periodic.name, created_at__gt=clock.now() - timedelta(seconds=periodic.seconds)
    )
    if not recent.exists():
        enqueue(periodic.name, key=f"every:{periodic.name}")


def _retry_or_set_aside(job: Job, claim: uuid.UUID, *, code: str) -> None:
    if job.attempts + 1 >= MAX_ATTEMPTS:
        logger.error("job set aside name=%s job=%s code=%s", job.name, job.public_id, code)
        _finish(job, claim, Job.State.FAILED, code=code)
    else:
        pause = min(2 ** min(job.attempts, 9), 300)
        _give_back(job, claim, in_seconds=pause, error_code=code, attempts=job.attempts + 1)


def _take_back(job: Job) -> None:
    """Let another worker have the job of a dead one at once, however often the world outside failed it before."""
    if job.losses + 1 >= MAX_LOST:
        logger.error("job set aside name=%s job=%s code=worker_lost", job.name, job.public_id)
        _finish(job, job.claim, Job.State.FAILED, code="worker_lost")
    else:
        _give_back(job, job.claim, in_seconds=0, error_code="worker_lost", losses=job.losses + 1)


def _give_back(
    job: Job, claim: uuid.UUID | None, *, in_seconds: int, error_code: str = "", **counters: int
) -> None:
    Job.objects.filter(pk=job.pk, claim=claim).update(
        state=Job.State.WAITING,
        claim=None,
        claimed_at=None,
        nudged_at=None,
        run_after=clock.now() + timedelta(seconds=in_seconds),
        error_code=error_code[:80],
        **counters,
    )


def _finish(job: Job, claim: uuid.UUID | None, state: str, *, code: str = "") -> None:
    Job.objects.filter(pk=job.pk, claim=claim).update(
        state=state, claim=None, claimed_at=None, finished_at=clock.now(), error_code=code[:80]
    )
