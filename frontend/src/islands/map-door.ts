import { firstTime } from "./once";

/**
 * Opens the map where there is room for it, on request where there is not, and never without WebGL 2: the list is
 * complete without it. Marks: data-map (a <template> or script of JSON pins by id), data-map-when ("wide" | "always").
 */
export function start(box: HTMLElement): void {
  if (!firstTime(box, "Map")) return;
  const canvas = document.createElement("canvas");
  if (!canvas.getContext("webgl2")) {
    box.dataset["state"] = "none";
    for (const door of document.querySelectorAll<HTMLElement>("[data-map-open]")) door.hidden = true;
    return;
  }
  let opened = false;
  const open = async (): Promise<void> => {
    if (opened) return;
    opened = true;
    box.dataset["state"] = "loading";
    const { drawMap } = await import("./map");
    drawMap(box);
  };
  for (const door of document.querySelectorAll<HTMLElement>("[data-map-open]")) {
    door.hidden = false;
    door.addEventListener("click", () => {
      const shown = document.documentElement.classList.toggle("map-shown");
      door.setAttribute("aria-expanded", String(shown));
      if (shown) void open();
    });
  }
  const wide = matchMedia("(min-width: 1024px)");
  const whenSeen = (): void => {
    const eye = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) {
        eye.disconnect();
        void open();
      }
    });
    eye.observe(box);
  };
  if (box.dataset["mapWhen"] === "always" || wide.matches) whenSeen();
  else wide.addEventListener("change", () => wide.matches && whenSeen());
}
