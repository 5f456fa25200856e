"""Who may do what: the one table. docs/permissions.md shows its first half; tests compare both with the site.

To add a route: find it in OPERATIONS (operations.py), PAGES or SOCKETS (pages.py), give it the rule that it follows,
and what a valid request of it holds. A new rule is a new line of RULES and of the docs.
"""

from dataclasses import dataclass, field
from typing import Any

from tests.permissions.world import CALLERS

# yes      may (what else may be wrong with the request is told)
# 401      must sign in first: `not_authenticated`, or the sign-in page
# 403      may see it, but not do this: `not_allowed`
# 404      is told that there is no such thing
# told     is sent back to the day's page with the reason in words; nothing has changed
_RULES = """
rule             | nobody stranger customer guest person colleague manager owner rival operator
public           | yes    yes      yes      yes   yes    yes       yes     yes   yes   yes
signed in        | 401    yes      yes      401   yes    yes       yes     yes   yes   yes
somebody         | 401    yes      yes      yes   yes    yes       yes     yes   yes   yes
signed in person | 401    403      403      401   403    403       403     403   403   403
own factor       | 401    403      403      401   403    403       403     403   403   yes
own thing        | 401    404      yes      401   404    404       404     404   404   404
link of a mail   | 404    404      404      404   404    404       404     404   404   404
see visit        | 404    404      yes      yes   yes    yes       yes     yes   404   yes
customer's part  | 404    404      yes      yes   404    404       404     404   404   404
fill in          | 404    404      yes      yes   yes    yes       yes     yes   404   403
cancel           | 404    404      yes      yes   403    403       yes     yes   404   403
move             | 404    404      yes      yes   yes    403       yes     yes   404   403
object           | 404    404      yes      yes   yes    403       yes     yes   404   403
mark             | 404    404      403      403   yes    403       yes     yes   404   403
take back        | 404    404      403      403   403    403       yes     yes   404   403
papers of visit  | 404    404      yes      yes   403    403       yes     yes   404   yes
name the buyer   | 404    404      yes      yes   403    403       yes     yes   404   403
give back        | 404    404      403      403   403    403       yes     yes   404   yes
close            | 404    404      yes      yes   403    403       403     403   404   403
see wait         | 404    404      yes      404   yes    yes       yes     yes   404   404
own wait         | 404    404      yes      404   403    403       403     403   404   404
see series       | 401    404      yes      401   yes    yes       yes     yes   404   404
cancel series    | 401    404      yes      401   403    403       yes     yes   404   404
move series      | 401    404      yes      401   yes    403       yes     yes   404   404
papers           | 401    404      404      401   404    404       yes     yes   404   yes
member           | 401    404      404      401   yes    yes       yes     yes   404   404
manager          | 401    404      404      401   403    403       yes     yes   404   404
owner            | 401    404      404      401   403    403       403     yes   404   404
book in          | 401    404      404      401   yes    403       yes     yes   404   404
mark at the desk | 401    404      404      401   yes    told      yes     yes   404   404
mark in words    | 401    404      404      401   yes    403       yes     yes   404   404
take a quiz      | 401    404      404      401   yes    yes       403     403   404   404
see customer     | 401    404      404      401   yes    404       yes     yes   404   404
change note      | 401    404      404      401   403    404       yes     yes   404   404
own notice       | 401    404      404      401   yes    404       404     404   404   404
own place        | 404    404      404      yes   404    404       404     404   404   404
follow board     | 404    404      404      404   yes    yes       yes     yes   404   yes
back office      | 401    401      401      401   401    401       401     401   401   yes
desk             | 401    404      404      401   404    404       404     404   404   yes
"""


def _read(text: str) -> dict[str, dict[str, str]]:
    head, *lines = (line.split("|") for line in text.strip().splitlines())
    callers = head[1].split()
    assert tuple(callers) == CALLERS
    return {line[0].strip(): dict(zip(callers, line[1].split(), strict=True)) for line in lines}


RULES = _read(_RULES)


@dataclass(frozen=True)
class Case:
    """A valid request and the rule it follows. `{names}` in its parts are filled from World.ids.

    `scope` is what an app's token must hold, `state` the visit's status, `outcome` what succeeding looks like
    besides 2xx and 3xx.
    """

    rule: str
    scope: str | None = None
    body: Any = None
    query: dict[str, Any] = field(default_factory=dict)
    form: dict[str, Any] = field(default_factory=dict)
    # The operation takes a file under this name.
    file: str = ""
    state: str = "confirmed"
    outcome: int = 200


def cases(found: Case | tuple[Case, ...]) -> tuple[Case, ...]:
    return found if isinstance(found, tuple) else (found,)
