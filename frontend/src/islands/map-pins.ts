import { LngLatBounds, Marker, type Map as GlMap } from "maplibre-gl";

/** One place with its price, or `n` places that lie close together, named by the server. */
export interface Pin {
  id: string;
  lng: number;
  lat: number;
  n: number;
  label: string;
  title: string;
  lit: boolean;
  url: string;
  chosen?: boolean;
}

interface Plate {
  element: HTMLElement;
  lng: number;
  lat: number;
  pins: Pin[];
}

/** Closer than this a plate covers another: both become one. */
const WIDE = 58;
const HIGH = 36;
/** From here on nothing is put together: one cannot come closer. */
const CLOSEST = 17.5;

/** The places of the list, each an element marked data-pin (its id) with data-lat, data-lng, data-label and data-lit. */
export function listed(): Pin[] {
  return [...document.querySelectorAll<HTMLElement>("[data-pin]")].map((card) => ({
    id: card.dataset["pin"] ?? "",
    lng: Number(card.dataset["lng"]),
    lat: Number(card.dataset["lat"]),
    n: 1,
    label: card.dataset["label"] ?? "",
    title: card.dataset["title"] ?? "",
    lit: card.dataset["lit"] === "1",
    url: card.querySelector("a")?.href ?? "",
    chosen: card.dataset["chosen"] !== undefined,
  }));
}

/**
 * Plates over the map; those that would cover each other become one round plate that leads closer. A card of the list and
 * the plate that stands for it light up together, whichever of the two is pointed at or has the focus.
 */
export class PinLayer {
  private markers: Marker[] = [];
  private plates: Plate[] = [];

  constructor(
    private readonly map: GlMap,
    private pins: Pin[],
    private readonly whenClosest: (pin: Pin) => void,
  ) {
    for (const [event, on] of [["mouseover", true], ["focusin", true], ["mouseout", false], ["focusout", false]] as const) {
      document.addEventListener(event, ({ target }) => {
        const card = target instanceof Element ? target.closest<HTMLElement>("li[data-pin]") : null;
        if (card) this.plateOf(card)?.element.classList.toggle("map-pin--chosen", on);
      });
    }
  }

  show(pins: Pin[]): void {
    this.pins = pins;
    this.place();
  }

  place(): void {
    for (const marker of this.markers) marker.remove();
    this.markers = [];
    this.plates = [];
    const left = [...this.pins];
    while (left.length) {
      const first = left.shift();
      if (!first) break;
      const at = this.map.project([first.lng, first.lat]);
      const near = left.filter((pin) => {
        const other = this.map.project([pin.lng, pin.lat]);
        return Math.abs(other.x - at.x) < WIDE && Math.abs(other.y - at.y) < HIGH;
      });
      for (const pin of near) left.splice(left.indexOf(pin), 1);
      if (this.map.getZoom() < CLOSEST) this.add([first, ...near]);
      else for (const pin of [first, ...near]) this.add([pin]);
    }
  }

  private add(pins: Pin[]): void {
    const [pin] = pins;
    if (!pin) return;
    const places = pins.reduce((sum, each) => sum + each.n, 0);
    const several = places > 1;
    const card = several ? null : cardOf(pin);
    // The list beside it says and does the same; a place that the list does not hold yet has its link here.
    const element = document.createElement(several || card || pin.chosen ? "button" : "a");
    if (element instanceof HTMLAnchorElement) element.href = pin.url;
    else element.type = "button";
    element.tabIndex = -1;
    element.className = `map-pin${several ? " map-pin--several" : ""}${pins.some((p) => p.lit) ? " map-pin--lit" : ""}${pin.chosen ? " map-pin--chosen" : ""}`;
    element.textContent = several ? String(places) : pin.label;
    element.title = pins.map((p) => p.title).join(", ");
    const lng = pins.reduce((sum, each) => sum + each.lng * each.n, 0) / places;
    const lat = pins.reduce((sum, each) => sum + each.lat * each.n, 0) / places;
    this.markers.push(new Marker({ element, anchor: several ? "center" : "bottom" }).setLngLat([lng, lat]).addTo(this.map));
    if (pin.chosen) return; // the one place of its page
    const plate = { element, lng, lat, pins };
    this.plates.push(plate);
    const choose = (on: boolean): void => {
      element.classList.toggle("map-pin--chosen", on);
      for (const one of document.querySelectorAll<HTMLElement>("li[data-pin]")) {
        if (this.plateOf(one) === plate) one.classList.toggle("is-pointed", on);
      }
    };
    element.addEventListener("mouseenter", () => choose(true));
    element.addEventListener("mouseleave", () => choose(false));
    if (several) element.addEventListener("click", () => this.closer(pins, lng, lat));
    else if (card) element.addEventListener("click", () => goTo(card));
  }

  /** The plate that stands for a card: its own, else the nearest one of several. */
  private plateOf(card: HTMLElement): Plate | undefined {
    const own = this.plates.find((plate) => plate.pins.some((pin) => pin.id === card.dataset["pin"]));
    if (own) return own;
    const at = this.map.project([Number(card.dataset["lng"]), Number(card.dataset["lat"])]);
    const far = (plate: Plate): number => {
      const other = this.map.project([plate.lng, plate.lat]);
      return Math.hypot(other.x - at.x, other.y - at.y);
    };
    const [nearest] = this.plates.filter((plate) => plate.pins.some((pin) => pin.n > 1)).sort((a, b) => far(a) - far(b));
    return nearest && far(nearest) < 2 * WIDE ? nearest : undefined;
  }

  private closer(pins: Pin[], lng: number, lat: number): void {
    const [first] = pins;
    if (this.map.getZoom() >= CLOSEST && first) return this.whenClosest(first);
    const animate = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (pins.length === 1) return void this.map.easeTo({ center: [lng, lat], zoom: Math.min(this.map.getZoom() + 2, 18), animate });
    const bounds = new LngLatBounds();
    for (const one of pins) bounds.extend([one.lng, one.lat]);
    this.map.fitBounds(bounds, { padding: 120, maxZoom: 18, animate });
  }
}

function cardOf(pin: Pin): HTMLElement | null {
  return pin.id ? document.querySelector<HTMLElement>(`li[data-pin="${CSS.escape(pin.id)}"]`) : null;
}

function goTo(card: HTMLElement): void {
  document.documentElement.classList.remove("map-shown");
  card.scrollIntoView({ block: "center", behavior: "smooth" });
  card.querySelector<HTMLElement>("a")?.focus({ preventScroll: true });
}
