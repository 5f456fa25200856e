import { firstTime } from "./once";
import { listen } from "./socket";

/**
 * Open times that somebody else may take. Marks: data-live-slots (the outlet), data-start on each plate, and
 * data-taken-note with data-words ("{time} has just been taken."). A taken plate fades to its dashed form.
 */
export function start(root: HTMLElement): void {
  if (!firstTime(root, "Slots")) return;
  let timer = 0;
  const soon = (): void => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void refresh(), 150);
  };

  const refresh = async (): Promise<void> => {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = fresh.querySelector<HTMLElement>("[data-live-slots]");
    if (!next) return;
    const free = new Set([...next.querySelectorAll<HTMLElement>("[data-start]")].map((e) => e.dataset["start"]));
    const shown = [...root.querySelectorAll<HTMLElement>("[data-start]")];
    const known = new Set(shown.map((e) => e.dataset["start"]));
    if ([...free].some((start) => !known.has(start)) && !root.contains(document.activeElement)) {
      root.replaceChildren(...next.childNodes);
      window.htmx.process(root);
      return;
    }
    for (const plate of shown) if (!free.has(plate.dataset["start"])) take(plate);
    for (const day of fresh.querySelectorAll<HTMLElement>("[data-day]")) {
      const old = document.querySelector<HTMLElement>(`[data-day="${day.dataset["day"] ?? ""}"]`);
      if (old && old !== document.activeElement) old.replaceWith(document.adoptNode(day));
    }
  };

  const take = (plate: HTMLElement): void => {
    const time = plate.textContent?.trim() ?? "";
    const gone = document.createElement("span");
    gone.className = "plate plate--big plate--taken";
    gone.textContent = time;
    plate.replaceWith(gone);
    const note = root.querySelector<HTMLElement>("[data-taken-note]");
    if (note) {
      note.hidden = false;
      const words = note.querySelector<HTMLElement>("[data-taken-words]");
      if (words) words.textContent = (note.dataset["words"] ?? "").replace("{time}", time);
    }
  };

  listen(
    {
      path: () => `/ws/outlets/${encodeURIComponent(root.dataset["liveSlots"] ?? "")}/slots`,
      onMessage: soon,
      onOpen: (again) => {
        if (again) soon();
      },
    },
    root,
  );
}
