"""What Dagster loads: the assets, their checks, the nightly job and the sensor on the inbox. No logic of its own."""

import hashlib
import time

import dagster as dg

from pipelines import declarations
from pipelines.assets import Workspace, all_assets, all_checks
from pipelines.home import Home
from pipelines.rooms import sources
from pipelines.sync.ingest import dropped_files

QUIET_SECONDS = 10
"""A file that changed less than this long ago may still be being written."""

everything = dg.define_asset_job(
    "everything",
    selection=dg.AssetSelection.all(),
    description="Take what is new in the inbox, rebuild what it changes, check it, publish it.",
    executor_def=dg.in_process_executor,
)

nightly = dg.ScheduleDefinition(
    name="nightly",
    job=everything,
    cron_schedule="0 2 * * *",
    execution_timezone="UTC",
    description="Everything, every night at 02:00 UTC.",
)


@dg.sensor(job=everything, minimum_interval_seconds=30, description="Runs everything once new files lie in the inbox.")
def inbox(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
    """Ask for a run when the set of inbox files has changed and no file is still being written."""
    home = Home.find()
    stats = [(path, path.stat()) for source in sources() for path in dropped_files(home, source)]
    if not stats:
        return dg.SkipReason("The inbox is empty.")
    if any(time.time() - stat.st_mtime < QUIET_SECONDS for _, stat in stats):
        return dg.SkipReason("A file in the inbox changed just now; waiting until it is whole.")
    seen = hashlib.sha256(
        repr([(str(path), stat.st_size, stat.st_mtime_ns) for path, stat in stats]).encode()
    ).hexdigest()
    if seen == context.cursor:
        return dg.SkipReason("Nothing new in the inbox.")
    context.update_cursor(seen)
    return dg.RunRequest(run_key=seen)


declarations.use(Home.find())  # of the home that this process serves; what is declared later shows on the next reload
defs = dg.Definitions(
    assets=all_assets(),
    asset_checks=all_checks(),
    jobs=[everything],
    schedules=[nightly],
    sensors=[inbox],
    resources={"workspace": Workspace()},
    executor=dg.in_process_executor,
)
