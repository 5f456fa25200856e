/** The one script of every page: styles, htmx, and the islands that the page's marks ask for. */
import "./css/index.css";
import htmx from "htmx.org";
import { startCopies } from "./islands/copy";
import { startCountdowns } from "./islands/countdown";
import { startKeys } from "./islands/keys";
import { startMenus } from "./islands/menus";
import { startTheme } from "./islands/theme";
import { startForms } from "./islands/forms";
import { startNearMe } from "./islands/near-me";
import { startPasskeys } from "./islands/passkeys";
import { RENEWED } from "./islands/once";
import { startStrips } from "./islands/strips";
import { startSuggestions } from "./islands/suggest";
import { startSwaps } from "./islands/swaps";
import { startZoneNotes } from "./islands/zone";

/** Starts what `root` asks for; runs again for what comes later. */
function start(root: ParentNode): void {
  startCopies(root);
  startCountdowns(root);
  startForms(root);
  startNearMe(root);
  startPasskeys(root);
  startStrips(root);
  startSuggestions(root);
  startZoneNotes(root);
  for (const element of root.querySelectorAll<HTMLElement>("[data-live-booking]")) {
    void import("./islands/live-booking").then((island) => island.start(element));
  }
  for (const element of root.querySelectorAll<HTMLElement>("[data-live-slots]")) {
    void import("./islands/slots").then((island) => island.start(element));
  }
  for (const element of root.querySelectorAll<HTMLElement>("[data-live-board], [data-live-queue]")) {
    void import("./islands/board").then((island) => island.start(element));
  }
  for (const element of root.querySelectorAll<HTMLFormElement>("form[data-scan]")) {
    void import("./islands/scan").then((island) => island.start(element));
  }
  for (const element of root.querySelectorAll<HTMLElement>("[data-counts]")) {
    void import("./islands/counts").then((island) => island.start(element));
  }
  for (const element of root.querySelectorAll<HTMLElement>("[data-more]")) {
    void import("./islands/more").then((island) => island.start(element));
  }
  for (const element of root.querySelectorAll<HTMLElement>("[data-push]")) {
    void import("./islands/push").then((island) => island.start(element));
  }
  for (const element of root.querySelectorAll<HTMLElement>("[data-chart]")) {
    void import("./islands/charts").then((island) => island.start(element));
  }
  for (const element of root.querySelectorAll<HTMLElement>("[data-map]")) {
    void import("./islands/map-door").then((island) => island.start(element));
  }
}

// After the page is there: what happens without a network, and messages to this device.
window.addEventListener("load", () => void import("./islands/offline").then((island) => island.start()));

startMenus();
startKeys();
startSwaps();
startTheme();
start(document);
// What htmx puts in, and what an island has taken anew.
document.addEventListener("htmx:load", (event) => {
  const element = (event as CustomEvent<{ elt: HTMLElement }>).detail.elt;
  if (element !== document.body) start(element.parentElement ?? element);
});
document.addEventListener(RENEWED, (event) => {
  if (!(event.target instanceof HTMLElement)) return;
  htmx.process(event.target);
  start(event.target);
});
