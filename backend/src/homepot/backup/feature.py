"""What backups bring to the house: a task of each night."""

from homepot.backup import jobs
from homepot.core.features import Feature

FEATURE = Feature("backup", tasks_of=jobs.tasks)
