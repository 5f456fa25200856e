import { LngLatBounds, Map as GlMap, Marker, NavigationControl, setWorkerUrl } from "maplibre-gl";
import "../css/map.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { mapStyle } from "./map-style";
import { isDark } from "./theme";

setWorkerUrl(workerUrl);

interface Pin {
  id: string;
  lng: number;
  lat: number;
  label: string;
  title: string;
  lit: boolean;
  chosen: boolean;
  card: HTMLElement | null;
}

/**
 * Draws the map into `box` with a plate for every element marked data-pin (its id) that carries data-lat, data-lng,
 * data-label and data-lit. The card and its pin light up together. data-here is where distances are counted from; with
 * data-here-shown it is the reader's own place and marked. data-area (west,south,east,north) is what was searched.
 */
export function drawMap(box: HTMLElement): void {
  const pins = readPins();
  const here = box.dataset["here"]?.split(",").map(Number);
  const bounds = new LngLatBounds();
  const [west, south, east, north] = box.dataset["area"]?.split(",").map(Number) ?? [];
  const [hereLat, hereLng] = here ?? [];
  if (west !== undefined && south !== undefined && east !== undefined && north !== undefined) {
    // Across the date line the east is further round the globe.
    bounds.extend([west, south]).extend([east < west ? east + 360 : east, north]);
  } else for (const pin of pins) bounds.extend([pin.lng, pin.lat]);
  if ((box.dataset["hereShown"] !== undefined || bounds.isEmpty()) && hereLat !== undefined && hereLng !== undefined) bounds.extend([hereLng, hereLat]);
  const still = box.dataset["mapStill"] !== undefined;
  const map = new GlMap({
    container: box,
    style: mapStyle(isDark()),
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    cooperativeGestures: still,
    maxZoom: 18,
    ...(bounds.isEmpty() ? { center: [0, 20] as [number, number], zoom: 1 } : { bounds, fitBoundsOptions: { padding: west === undefined ? 64 : 0, maxZoom: 16 } }),
    locale: {
      "NavigationControl.ZoomIn": box.dataset["zoomIn"] ?? "Zoom in",
      "NavigationControl.ZoomOut": box.dataset["zoomOut"] ?? "Zoom out",
    },
  });
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "bottom-right");
  if (box.dataset["hereShown"] !== undefined && hereLat !== undefined && hereLng !== undefined) {
    const dot = document.createElement("span");
    dot.className = "map-here";
    new Marker({ element: dot }).setLngLat([hereLng, hereLat]).addTo(map);
  }
  const plates = new PinLayer(map, pins);
  map.on("load", () => {
    box.dataset["state"] = "drawn";
    plates.place();
  });
  map.on("zoomend", () => plates.place());
  map.on("moveend", (event) => {
    const area = document.querySelector<HTMLAnchorElement>("[data-search-area]");
    if (!area || !(event as { originalEvent?: unknown }).originalEvent) return;
    const seen = map.getBounds();
    const url = new URL(area.href);
    url.searchParams.set("bbox", [seen.getWest(), seen.getSouth(), seen.getEast(), seen.getNorth()].map((n) => n.toFixed(4)).join(","));
    area.href = url.href;
    area.hidden = false;
  });
  const restyle = (): void => {
    map.setStyle(mapStyle(isDark()));
  };
  document.addEventListener("themechange", restyle);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", restyle);
}

function readPins(): Pin[] {
  return [...document.querySelectorAll<HTMLElement>("[data-pin]")].map((card) => ({
    id: card.dataset["pin"] ?? "",
    lng: Number(card.dataset["lng"]),
    lat: Number(card.dataset["lat"]),
    label: card.dataset["label"] ?? "",
    title: card.dataset["title"] ?? "",
    lit: card.dataset["lit"] === "1",
    chosen: card.dataset["chosen"] !== undefined,
    card,
  }));
}

/** Plates over the map; those that would cover each other become one round plate that zooms in. */
class PinLayer {
  private markers: Marker[] = [];
  private listening = new AbortController();

  constructor(
    private readonly map: GlMap,
    private readonly pins: Pin[],
  ) {}

  place(): void {
    for (const marker of this.markers) marker.remove();
    this.markers = [];
    this.listening.abort(); // the cards outlive their plates
    this.listening = new AbortController();
    const left = [...this.pins];
    while (left.length) {
      const first = left.shift();
      if (!first) break;
      const at = this.map.project([first.lng, first.lat]);
      const near = left.filter((pin) => {
        const other = this.map.project([pin.lng, pin.lat]);
        return Math.abs(other.x - at.x) < 58 && Math.abs(other.y - at.y) < 36;
      });
      for (const pin of near) left.splice(left.indexOf(pin), 1);
      const together = near.length && this.map.getZoom() < 17.5;
      if (together) this.add([first, ...near]);
      else for (const pin of [first, ...near]) this.add([pin]);
    }
  }

  private add(pins: Pin[]): void {
    const [pin] = pins;
    if (!pin) return;
    const element = document.createElement("button");
    element.type = "button";
    element.tabIndex = -1; // the list beside it says and does the same
    const several = pins.length > 1;
    element.className = `map-pin${several ? " map-pin--several" : ""}${pins.some((p) => p.lit) ? " map-pin--lit" : ""}${pin.chosen ? " map-pin--chosen" : ""}`;
    element.textContent = several ? String(pins.length) : pin.label;
    element.title = pins.map((p) => p.title).join(", ");
    const marker = new Marker({ element, anchor: several ? "center" : "bottom" });
    marker.setLngLat([pin.lng, pin.lat]).addTo(this.map);
    this.markers.push(marker);
    if (pin.chosen) return; // the one place of its page
    const choose = (on: boolean): void => {
      element.classList.toggle("map-pin--chosen", on);
      for (const one of pins) one.card?.classList.toggle("is-pointed", on);
    };
    element.addEventListener("mouseenter", () => choose(true));
    element.addEventListener("mouseleave", () => choose(false));
    element.addEventListener("click", () => {
      if (several) {
        const bounds = new LngLatBounds();
        for (const one of pins) bounds.extend([one.lng, one.lat]);
        this.map.fitBounds(bounds, { padding: 120, maxZoom: 18 });
        return;
      }
      document.documentElement.classList.remove("map-shown");
      pin.card?.scrollIntoView({ block: "center", behavior: "smooth" });
      pin.card?.querySelector<HTMLElement>("a")?.focus({ preventScroll: true });
    });
    const { signal } = this.listening;
    for (const one of pins) {
      for (const event of ["mouseenter", "focusin"]) {
        one.card?.addEventListener(event, () => element.classList.add("map-pin--chosen"), { signal });
      }
      for (const event of ["mouseleave", "focusout"]) {
        one.card?.addEventListener(event, () => element.classList.remove("map-pin--chosen"), { signal });
      }
    }
  }
}
