import { watchBoard } from "../live";
import { firstTime, renewed } from "./once";

/** A shop's day follows what happens. Marks: data-live-board (the outlet); what is marked data-live is taken anew. */
export function start(root: HTMLElement): void {
  if (!firstTime(root, "Board")) return;
  let timer = 0;

  const refresh = async (): Promise<void> => {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const part of root.querySelectorAll<HTMLElement>("[data-live][id]")) {
      const next = fresh.getElementById(part.id);
      if (!next) continue;
      // Somebody may be typing a code: wait until they are done.
      if (part.contains(document.activeElement) && document.activeElement instanceof HTMLInputElement) {
        soon(2000);
        continue;
      }
      part.replaceWith(document.adoptNode(next));
      renewed(next);
    }
  };
  const soon = (wait = 150): void => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void refresh(), wait);
  };

  watchBoard(root.dataset["liveBoard"] ?? "", { onEvent: () => soon(), onRefetch: () => soon() });
}
