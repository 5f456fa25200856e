import { firstTime } from "./once";

/**
 * How many places each filter would leave, told once the list is there. Marks: data-counts (where they are asked for) on
 * the filters, data-count (a name and value, as in an address) on each choice. Without an answer the filters stay as they
 * are: the list itself says how many there are.
 */
export function start(root: HTMLElement): void {
  if (firstTime(root, "Counts")) void fill(root).catch(() => undefined);
}

async function fill(root: HTMLElement): Promise<void> {
  const answer = await fetch(root.dataset["counts"] ?? "", { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { counts } = (await answer.json()) as { counts: Record<string, string> };
  for (const place of root.querySelectorAll<HTMLElement>("[data-count]")) {
    const n = counts[place.dataset["count"] ?? ""];
    if (n === undefined) continue;
    if (place instanceof HTMLOptionElement) place.textContent = `${place.textContent} (${n})`;
    else place.textContent = n;
  }
}
