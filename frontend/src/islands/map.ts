import { LngLatBounds, Map as GlMap, Marker, NavigationControl, setWorkerUrl } from "maplibre-gl";
import "../css/map.css";
import workerUrl from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import { listed, PinLayer, type Pin } from "./map-pins";
import { mapStyle } from "./map-style";
import { isDark } from "./theme";

setWorkerUrl(workerUrl);

/**
 * Draws the map into `box` with a plate for every element marked data-pin (its id) that carries data-lat, data-lng,
 * data-label and data-lit. The card and its pin light up together. data-here is where distances are counted from; with
 * data-here-shown it is the reader's own place and marked. data-area (west,south,east,north) is what was searched.
 */
export function drawMap(box: HTMLElement): void {
  const pins = listed();
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
  const area = document.querySelector<HTMLAnchorElement>("[data-search-area]");
  const lookHere = (): void => {
    if (!area) return;
    const url = new URL(area.href);
    url.searchParams.set("bbox", boxOf(map));
    area.href = url.href;
    area.hidden = false;
  };
  // Several at the very same place, as close as one can come: the list tells them apart.
  const plates = new PinLayer(map, pins, () => {
    lookHere();
    if (area) location.assign(area.href);
  });
  map.on("load", () => {
    box.dataset["state"] = "drawn";
    plates.place();
    follow(map, box, plates);
  });
  map.on("zoomend", () => plates.place());
  map.on("moveend", (event) => {
    if ((event as { originalEvent?: unknown }).originalEvent) lookHere();
  });
  const restyle = (): void => {
    map.setStyle(mapStyle(isDark()));
  };
  document.addEventListener("themechange", restyle);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", restyle);
}

/** The bounds of what is seen, as addresses have them: west,south,east,north. */
function boxOf(map: GlMap): string {
  const seen = map.getBounds();
  // More than once round the globe is the whole of it.
  if (seen.getEast() - seen.getWest() >= 360) return "-180,-85,180,85";
  const round = (lng: number): number => ((((lng + 180) % 360) + 360) % 360) - 180;
  return [round(seen.getWest()), Math.max(seen.getSouth(), -90), round(seen.getEast()), Math.min(seen.getNorth(), 90)].map((n) => n.toFixed(4)).join(",");
}

/** Every match in the part of the map that is seen, asked for whenever that changes (data-pins); the list's until then. */
function follow(map: GlMap, box: HTMLElement, plates: PinLayer): void {
  const from = box.dataset["pins"];
  const said = box.querySelector<HTMLElement>("[data-map-said]");
  if (!from) return;
  let asked = new AbortController();
  let timer = 0;
  const say = (words: string): void => {
    if (!said) return;
    said.textContent = words;
    said.hidden = !words;
  };
  const ask = async (): Promise<void> => {
    asked.abort();
    asked = new AbortController();
    const { signal } = asked;
    const url = new URL(from, location.href);
    url.searchParams.set("view", boxOf(map));
    // Where one cannot come closer, nothing is put together.
    url.searchParams.set("zoom", map.getZoom() >= 17.5 ? "22" : map.getZoom().toFixed(2));
    try {
      const answer = await fetch(url, { signal, headers: { Accept: "application/json" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const { pins, cut } = (await answer.json()) as { pins: Pin[]; cut: boolean };
      plates.show(pins);
      say(cut ? (box.dataset["cut"] ?? "") : "");
    } catch {
      if (signal.aborted) return;
      plates.show(listed());
      say(box.dataset["failed"] ?? "");
    }
  };
  const soon = (): void => {
    clearTimeout(timer);
    timer = window.setTimeout(() => void ask(), 150);
  };
  map.on("moveend", soon);
  document.addEventListener("morepins", () => plates.place());
  soon();
}
