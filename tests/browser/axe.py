"""axe-core in a page: what a reader with a disability would stumble over (WCAG 2.2, levels A and AA)."""

from functools import cache
from typing import Any

from playwright.sync_api import Page

from deploy.toolchain import FRONTEND

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
RUN = """async (runOnly) => {
  const { violations } = await axe.run(document, { runOnly, resultTypes: ["violations"] });
  return violations.map((v) => ({
    rule: v.id,
    help: v.help,
    where: v.nodes.slice(0, 5).map((node) => {
      const why = [...node.any, ...node.all, ...node.none].map((check) => check.message);
      return `${node.target.join(" ")} :: ${why.slice(0, 2).join("; ")}`;
    }),
  }));
}"""


@cache
def source() -> str:
    return (FRONTEND / "node_modules" / "axe-core" / "axe.min.js").read_text()


def violations(page: Page, *, colours_only: bool = False) -> list[str]:
    """One line for each broken rule, with the first elements that break it."""
    # Not by a script tag: the page's own security policy refuses it.
    page.evaluate(source())
    found: list[dict[str, Any]] = page.evaluate(RUN, COLOURS if colours_only else TAGS)
    return [f"{each['rule']}: {each['help']}\n      " + "\n      ".join(each["where"]) for each in found]
