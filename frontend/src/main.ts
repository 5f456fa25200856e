/** The one script of every page: styles, htmx, and the islands that the page's marks ask for. */
import "./css/index.css";
import htmx from "htmx.org";
import { startCountdowns } from "./islands/countdown";
import { startMenus } from "./islands/menus";
import { startTheme } from "./islands/theme";
import { startForms } from "./islands/forms";
import { startSuggestions } from "./islands/suggest";
import { startZoneNotes } from "./islands/zone";

declare global {
  interface Window {
    htmx: typeof htmx;
  }
}
window.htmx = htmx;

/** Starts what `root` asks for; runs again for what htmx puts in. */
function start(root: ParentNode): void {
  startCountdowns(root);
  startForms(root);
  startSuggestions(root);
  startZoneNotes(root);
  for (const element of root.querySelectorAll<HTMLElement>("[data-live-booking]")) {
    void import("./islands/live-booking").then((island) => island.start(element));
  }
  for (const element of root.querySelectorAll<HTMLElement>("[data-live-slots]")) {
    void import("./islands/slots").then((island) => island.start(element));
  }
  for (const element of root.querySelectorAll<HTMLElement>("[data-live-board]")) {
    void import("./islands/board").then((island) => island.start(element));
  }
  for (const element of root.querySelectorAll<HTMLElement>("[data-map]")) {
    void import("./islands/map-door").then((island) => island.start(element));
  }
}

startMenus();
startTheme();
start(document);
document.addEventListener("htmx:load", (event) => {
  const element = (event as CustomEvent<{ elt: HTMLElement }>).detail.elt;
  if (element !== document.body) start(element.parentElement ?? element);
});
