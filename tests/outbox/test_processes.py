"""What the processes of a live town find when nothing is prepared but their environment."""

import os
import subprocess
import sys
from pathlib import Path

from tests.architecture.live import live_environment


def test_beat_of_a_live_town_finds_a_folder_for_its_schedule(tmp_path: Path) -> None:
    script = "import eurzad.celery; print(eurzad.celery.app.conf.beat_schedule_filename)"
    started = subprocess.run(
        [sys.executable, "-c", script],
        env={"PATH": os.environ["PATH"]} | live_environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert started.returncode == 0, started.stderr[-500:]
    assert Path(started.stdout.strip()).parent.is_dir()
