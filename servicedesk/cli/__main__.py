"""Run the commands as `python -m servicedesk.cli`."""

from servicedesk.cli.main import main

main()
