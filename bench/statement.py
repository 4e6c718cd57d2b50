"""A statement of fifty pages by the worker beside WeasyPrint alone on the same HTML."""

import io
import statistics
import time

from django.utils import translation
from pypdf import PdfReader

from bench import dues
from eurzad.lib import clock
from eurzad.lib.pdf import html_to_pdf
from portal.mandates.policy import Right, Viewer
from taxes import statements
from taxes.models import Statement
from taxes.selectors.access import reach_of

AIM = 1.2
ROUNDS = 3
RECEIVABLES = 2_100
LIMIT_SECONDS = 25
"""What the worker lets a job take."""


def run() -> None:
    """Make the statement of a subject with 2,100 instalments in one year, and render its HTML alone, in turns."""
    user = dues.owner_of(RECEIVABLES)
    viewer = Viewer(user)
    reach = reach_of(viewer, Right.SEE, viewer.subject)
    year = clock.today().year
    with translation.override("pl"):
        html = statements.html_of(statements.content_of(viewer, reach, Statement.Kind.YEAR, year))
    ours: list[float] = []
    bare: list[float] = []
    pages = 0
    for _round in range(ROUNDS):
        Statement.objects.filter(user=user).delete()
        ordered = statements.order(viewer=Viewer(user), kind=Statement.Kind.YEAR, year=year)
        begun = time.process_time()
        statements.make(ordered.public_id)
        ours.append(time.process_time() - begun)
        ordered.refresh_from_db()
        if ordered.content is None:
            raise SystemExit(f"the statement ended as {ordered.state}")
        pages = len(PdfReader(io.BytesIO(bytes(ordered.content))).pages)
        begun = time.process_time()
        html_to_pdf(html, identifier=str(ordered.public_id))
        bare.append(time.process_time() - begun)
    worker, floor = statistics.median(ours), statistics.median(bare)
    ratio = worker / floor
    verdict = "ok" if ratio <= AIM and worker < LIMIT_SECONDS else "ABOVE AIM"
    print(
        f"{RECEIVABLES} rows, {pages} pages: worker {worker:.1f} s CPU, WeasyPrint alone {floor:.1f} s, "
        f"ratio {ratio:.2f} (aim {AIM}; a job may take {LIMIT_SECONDS} s) {verdict}"
    )
