import { watchBoard, watchQueue } from "../live";
import { asSeen, firstTime, renewed } from "./once";

/** The day's line says what time it is. */
const LOOK_EVERY = 60_000;
/** How long what was just said about a visit stays beside it, in ms after the page was loaded. */
const SAID_FOR = 20_000;

/**
 * A shop's day, or a place in its queue, follows what happens. Marks: data-live-board (the outlets, with spaces between), or
 * data-live-queue (the place); what is marked data-live is taken anew.
 */
export function start(root: HTMLElement): void {
  if (!firstTime(root, "Board")) return;
  let timer = 0;
  if (root.querySelector("[data-drag]")) void import("./board-drag").then((island) => island.start(root));
  const sheet = document.querySelector<HTMLDialogElement>("#sheet");
  if (sheet && !sheet.contains(root)) void import("./sheet").then((island) => island.start(root, sheet));
  // Beside the board a visit's page has an address of its own.
  const address = (): string => root.closest<HTMLElement>("[data-sheet-body]")?.dataset["address"] ?? location.href;

  const refresh = async (): Promise<void> => {
    // Somebody holds a visit in their hand: what was missed is fetched when they let go ("board:settled").
    if (root.dataset["busy"]) return void (root.dataset["missed"] = "1");
    delete root.dataset["missed"];
    // Without a network it stays as it is: what was missed is fetched when there is one again.
    const answer = await fetch(address(), { headers: asSeen(), cache: "no-store" }).catch(() => null);
    if (!answer?.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (root.dataset["busy"]) return void (root.dataset["missed"] = "1");
    for (const part of root.querySelectorAll<HTMLElement>("[data-live][id]")) {
      const next = fresh.getElementById(part.id);
      if (!next) continue;
      // Somebody may be typing a code: wait until they are done.
      if (part.contains(document.activeElement) && document.activeElement instanceof HTMLInputElement) {
        soon(2000);
        continue;
      }
      keep(part, next);
      const [left, focused] = [part.scrollLeft, part.contains(document.activeElement) ? document.activeElement : null];
      const link = focused === part ? null : focused?.getAttribute("href");
      part.replaceWith(document.adoptNode(next));
      next.scrollLeft = left;
      if (focused === part) next.focus({ preventScroll: true });
      else if (link) next.querySelector<HTMLElement>(`[href="${CSS.escape(link)}"]`)?.focus({ preventScroll: true });
      renewed(next);
    }
  };
  const soon = (wait = 150): void => {
    clearTimeout(timer);
    if (!root.isConnected) {
      clearInterval(looks);
      for (const each of followed) each.stop();
      return;
    }
    timer = window.setTimeout(() => void refresh(), wait);
  };

  const outlets = (root.dataset["liveBoard"] ?? "").split(" ").filter(Boolean);
  const followed = outlets.map((outlet) => watchBoard(outlet, { onEvent: () => soon(), onRefetch: () => soon() }));
  root.addEventListener("board:settled", () => soon(0));
  const place = root.dataset["liveQueue"];
  if (place) watchQueue(place, () => soon());
  const looks = window.setInterval(() => {
    if (document.visibilityState === "visible") soon();
  }, LOOK_EVERY);
}

/** What a person has opened or typed stays, and so does, for a while, what was said to them. */
function keep(old: HTMLElement, next: HTMLElement): void {
  const same = (id: string): HTMLElement | null => (id ? next.querySelector(`#${CSS.escape(id)}`) : null);
  for (const open of old.querySelectorAll("details[open][id]")) same(open.id)?.setAttribute("open", "");
  for (const typed of old.querySelectorAll("input[id]")) {
    const field = same(typed.id);
    if (!(typed instanceof HTMLInputElement && field instanceof HTMLInputElement)) continue;
    // What was ticked and not saved yet; the rest is as the server knows it now.
    if (typed.type === "checkbox" || typed.type === "radio") field.checked = typed.checked === typed.defaultChecked ? field.checked : typed.checked;
    else field.value = typed.value;
  }
  if (performance.now() > SAID_FOR) return;
  for (const said of old.querySelectorAll(".visit__said")) {
    const visit = same(said.closest("li")?.id ?? "");
    if (visit && !visit.querySelector(".visit__said")) visit.append(said.cloneNode(true));
  }
}
