import { firstTime } from "./once";
import { listen } from "./socket";

/**
 * Follows one booking. Marks: data-live-booking (its reference), data-seq (the last event on the page). Everything
 * marked data-live with an id is taken anew from the server's own rendering of this page.
 */
export function start(root: HTMLElement): void {
  if (!firstTime(root, "Live")) return;
  const ref = root.dataset["liveBooking"] ?? "";
  let seen = Number(root.dataset["seq"] ?? "0");
  let running = false;
  let again = false;

  const say = (state: "live" | "lost"): void => {
    for (const light of document.querySelectorAll<HTMLElement>(".live")) {
      light.dataset["state"] = state;
      light.textContent = light.dataset[state] ?? "";
    }
  };

  const refresh = async (): Promise<void> => {
    if (running) {
      again = true;
      return;
    }
    running = true;
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of document.querySelectorAll<HTMLElement>("[data-live][id]")) {
        const next = fresh.getElementById(part.id);
        // Focus stays where the reader is.
        if (next && next.innerHTML !== part.innerHTML && !part.contains(document.activeElement)) {
          part.replaceWith(document.adoptNode(next));
          window.htmx.process(next);
        }
      }
      seen = Math.max(seen, Number(fresh.querySelector<HTMLElement>("[data-live-booking]")?.dataset["seq"] ?? seen));
      say("live");
    } catch {
      say("lost");
    } finally {
      running = false;
      if (again) {
        again = false;
        void refresh();
      }
    }
  };

  let poll = 0;
  listen(
    {
      path: () => `/ws/bookings/${encodeURIComponent(ref)}?after=${seen}`,
      onMessage: (message) => {
        const seq = Number(message["seq"] ?? 0);
        if (seq && seq <= seen) return;
        seen = Math.max(seen, seq);
        void refresh();
      },
      onOpen: (reconnected) => {
        clearInterval(poll);
        poll = 0;
        say("live");
        if (reconnected) void refresh();
      },
      onLost: () => {
        poll ||= window.setInterval(() => void refresh(), 5000);
      },
    },
    root,
  );
}
