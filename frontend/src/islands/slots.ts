import { watchSlots } from "../live";
import { firstTime, renewed } from "./once";

/**
 * Open times that somebody else may take. Marks: data-live-slots (the outlet) and data-url (these times at the
 * server), data-start on each plate, data-taken-note with data-words ("{time} has just been taken."). A taken
 * plate fades to its dashed form and is said in words; what has become free appears.
 */
export function start(root: HTMLElement): void {
  if (!firstTime(root, "Slots")) return;
  let timer = 0;

  const refresh = async (): Promise<void> => {
    const answer = await fetch(root.dataset["url"] ?? location.href, {
      headers: { Accept: "text/html" },
      cache: "no-store",
    });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const next = fresh.querySelector<HTMLElement>("[data-live-slots]");
    if (!next || !root.isConnected) return;
    const shown = plates(root);
    const free = new Set(plates(next).map((plate) => plate.dataset["start"]));
    const gone = shown.filter((plate) => !free.has(plate.dataset["start"]));
    const known = new Set(shown.map((plate) => plate.dataset["start"]));
    if ([...free].some((start) => !known.has(start)) && !root.contains(document.activeElement)) {
      root.replaceChildren(...next.childNodes);
      renewed(root);
    } else {
      const note = root.querySelector("[data-taken-note]");
      if (note) gone[0]?.closest(".times")?.after(note);
      gone.forEach(fade);
      shown.forEach((plate) => count(plate, next));
      swap("#week", fresh);
    }
    swap("#side", fresh);
    swap("#bar", fresh);
    if (gone.length) say(gone.map((plate) => (plate.querySelector("time") ?? plate).textContent?.trim() ?? ""));
  };

  /** How many seats are left in a session that is still there. */
  const count = (plate: HTMLElement, next: HTMLElement): void => {
    const twin = plates(next).find((each) => each.dataset["start"] === plate.dataset["start"]);
    const old = plate.parentElement?.querySelector("[data-left]");
    const left = twin?.parentElement?.querySelector("[data-left]");
    if (old && left) old.textContent = left.textContent;
  };

  /** Counts of free times, unless the reader is just there. */
  const swap = (selector: string, fresh: Document): void => {
    const old = document.querySelector(selector);
    const next = fresh.querySelector(selector);
    if (!old || !next || old.contains(document.activeElement)) return;
    const door = old.querySelector("details");
    const nextDoor = next.querySelector("details");
    if (door && nextDoor) nextDoor.open = door.open;
    old.replaceWith(document.adoptNode(next));
    renewed(next);
  };

  const say = (times: string[]): void => {
    for (const note of root.querySelectorAll<HTMLElement>("[data-taken-note]")) {
      const form = times.length > 1 ? note.dataset["wordsMany"] : note.dataset["words"];
      const words = (form ?? "").replace("{time}", times.join(", "));
      note.hidden = false;
      for (const place of note.querySelectorAll("[data-taken-words]")) place.textContent = words;
      for (const place of root.querySelectorAll("[data-taken-aloud]")) place.textContent = words;
    }
  };

  const following = watchSlots(root.dataset["liveSlots"] ?? "", () => {
    if (!root.isConnected) return following.stop();
    clearTimeout(timer);
    timer = window.setTimeout(() => void refresh().catch(() => undefined), 150);
  });
}

function plates(within: HTMLElement): HTMLElement[] {
  return [...within.querySelectorAll<HTMLElement>("[data-start]")];
}

function fade(plate: HTMLElement): void {
  const gone = document.createElement("span");
  gone.className = "plate plate--big plate--taken";
  gone.textContent = plate.textContent?.trim() ?? "";
  plate.replaceWith(gone);
}
