"""`make manage ARGS="…"`: a manage.py command with the settings of the site that `make run` serves."""

import os
import shlex

from deploy.installation import CHECKOUT, VENV_BIN, from_environment
from deploy.steps import Problem, plain_failures


def main() -> None:
    with plain_failures("make manage"):
        site = from_environment()
        if not (site.run / ".s.PGSQL.5432").exists():
            raise Problem("the database is not up: start the site first with make run")
        python = str(VENV_BIN / "python")
        os.chdir(CHECKOUT)
        os.execve(python, [python, "manage.py", *shlex.split(os.environ.get("ARGS", ""))], site.environment())


if __name__ == "__main__":
    main()
