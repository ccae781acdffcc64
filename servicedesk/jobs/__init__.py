"""Know every background job: what it does, when it is due, and how its runs are recorded."""

from servicedesk.jobs.registry import JOBS, Job, JobContext, list_jobs
from servicedesk.jobs.runs import JobFailed, JobLine, is_job_due, list_job_lines, run_job, timetable_zone
from servicedesk.jobs.timetable import Daily, Every, Schedule, is_due

__all__ = [
    "JOBS",
    "Daily",
    "Every",
    "Job",
    "JobContext",
    "JobFailed",
    "JobLine",
    "Schedule",
    "is_due",
    "is_job_due",
    "list_job_lines",
    "list_jobs",
    "run_job",
    "timetable_zone",
]
