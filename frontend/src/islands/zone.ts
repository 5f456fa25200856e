import { firstTime } from "./once";

/** When the reader's clock differs from the outlet's, says what the time there is here. */
export function startZoneNotes(root: ParentNode): void {
  for (const note of root.querySelectorAll<HTMLElement>("[data-zone-note]")) {
    if (!firstTime(note, "Zone")) continue;
    const moment = new Date(note.dataset["at"] ?? "");
    const there = note.dataset["zoneNote"] ?? "";
    const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (!here || Number.isNaN(moment.getTime())) continue;
    const clock = (zone: string): string =>
      new Intl.DateTimeFormat("en-GB", { timeZone: zone, weekday: "short", hour: "numeric", minute: "2-digit" }).format(moment);
    if (clock(here) === clock(there)) continue;
    const time = (zone: string): string =>
      new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "numeric", minute: "2-digit" }).format(moment);
    const city = here.split("/").pop()?.replaceAll("_", " ") ?? here;
    for (const [name, words] of [["city", city], ["there", time(there)], ["here", time(here)]] as const) {
      for (const slot of note.querySelectorAll(`[data-zone-${name}]`)) slot.textContent = words;
    }
    note.hidden = false;
  }
}
