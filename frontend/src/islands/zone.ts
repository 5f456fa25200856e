import { firstTime } from "./once";

/**
 * When the reader's clock differs from the outlet's, says what the time there is here, with the days where they
 * differ. Marks: data-zone-note (the
 * outlet's IANA zone), data-at (an instant), data-words (a sentence with {city}, {there}, {here}), data-zone-words.
 */
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
    const day = (zone: string): string =>
      new Intl.DateTimeFormat(document.documentElement.lang, { timeZone: zone, weekday: "short" }).format(moment);
    const said = (zone: string): string => (day(here) === day(there) ? time(zone) : `${day(zone)} ${time(zone)}`);
    const city = here.split("/").pop()?.replaceAll("_", " ") ?? here;
    const words = (note.dataset["words"] ?? "")
      .replace("{city}", city)
      .replace("{there}", said(there))
      .replace("{here}", said(here));
    for (const place of note.querySelectorAll("[data-zone-words]")) place.textContent = words;
    note.hidden = false;
  }
}
