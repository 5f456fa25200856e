import { follow, type LiveState } from "../live";
import { asSeen, firstTime, renewed } from "./once";

/**
 * Follows one booking. Marks: data-live-booking (its reference), data-seq (the last event on the page), a light
 * with its words (data-live-light, data-words-live, -reconnecting, -polling, -ended). Everything marked data-live
 * with an id is taken anew from the server's own rendering of this page.
 */
export function start(root: HTMLElement): void {
  if (!firstTime(root, "Live")) return;
  let state: LiveState | "" = "";
  let running = false;
  let again = false;

  const light = (): void => {
    for (const each of root.querySelectorAll<HTMLElement>("[data-live-light]")) {
      if (!state) continue;
      each.dataset["state"] = state === "live" ? "live" : "lost";
      each.textContent = each.getAttribute(`data-words-${state}`) ?? "";
    }
  };

  const refresh = async (): Promise<void> => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      const answer = await fetch(location.pathname, { headers: asSeen(), cache: "no-store" });
      if (answer.redirected) {
        // The booking is at another page now, such as back at its checkout.
        location.assign(answer.url);
        return;
      }
      if (answer.ok) show(new DOMParser().parseFromString(await answer.text(), "text/html"));
    } catch {
      // The network is away: live.ts says so, and tells again.
    } finally {
      running = false;
      if (again) {
        again = false;
        void refresh();
      }
    }
  };

  const show = (fresh: Document): void => {
    const focused = document.activeElement?.id ?? "";
    for (const part of root.querySelectorAll<HTMLElement>("[data-live][id]")) {
      const next = fresh.getElementById(part.id);
      if (!next) continue;
      part.replaceWith(document.adoptNode(next));
      renewed(next);
    }
    // Focus stays where the reader is, when that is still there.
    if (focused && document.activeElement === document.body) document.getElementById(focused)?.focus();
    light();
  };

  follow(root.dataset["liveBooking"] ?? "", {
    after: Number(root.dataset["seq"] ?? "0"),
    onEvent: () => void refresh(),
    onState: (now) => {
      state = now;
      light();
    },
  });
}
