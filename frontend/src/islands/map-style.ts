import type { StyleSpecification } from "maplibre-gl";

/** Figure and ground: paper streets, granite blocks, soft parks and water; no shops but ours. */
const LIGHT = {
  ground: "#f1f0ea", street: "#fbfbf8", block: "#dddbd0", park: "#cbddbe", water: "#bcd6de", label: "#535d58", rail: "#cfcdc2", court: "#e9e7de",
};
const DARK: typeof LIGHT = {
  ground: "#1a2421", street: "#26332e", block: "#1d2925", park: "#1b3326", water: "#12303b", label: "#a5b1ab", rail: "#2f3d38", court: "#18211f",
};

const FONT = ["system-ui", "Segoe UI", "Roboto", "Noto Sans", "sans-serif"];

/** Our style over our own tiles (the layers are listed in geo/tiles.py); labels are drawn with the reader's fonts. */
export function mapStyle(dark: boolean): StyleSpecification {
  const c = dark ? DARK : LIGHT;
  const line = (kinds: string[], near: number, far: number) => ({
    filter: ["in", ["get", "kind"], ["literal", kinds]] as never,
    paint: {
      "line-color": c.street,
      "line-width": ["interpolate", ["exponential", 1.6], ["zoom"], 12, far, 15, near / 4, 18, near] as never,
    },
    layout: { "line-cap": "round" as const, "line-join": "round" as const },
  });
  return {
    version: 8,
    sources: {
      city: { type: "vector", tiles: [`${location.origin}/tiles/{z}/{x}/{y}.mvt`], minzoom: 0, maxzoom: 18 },
    },
    layers: [
      { id: "ground", type: "background", paint: { "background-color": c.court } },
      { id: "parks", type: "fill", source: "city", "source-layer": "parks", paint: { "fill-color": c.park } },
      { id: "water", type: "fill", source: "city", "source-layer": "water", paint: { "fill-color": c.water } },
      { id: "squares", type: "fill", source: "city", "source-layer": "squares", paint: { "fill-color": c.street } },
      { id: "streets-4", type: "line", source: "city", "source-layer": "streets", ...line(["path", "steps"], 5, 0.2) },
      { id: "streets-3", type: "line", source: "city", "source-layer": "streets", ...line(["service"], 14, 0.4) },
      { id: "streets-2", type: "line", source: "city", "source-layer": "streets", ...line(["minor", "pedestrian"], 46, 1) },
      { id: "streets-1", type: "line", source: "city", "source-layer": "streets", ...line(["major"], 64, 2) },
      { id: "buildings", type: "fill", source: "city", "source-layer": "buildings", paint: { "fill-color": c.block } },
      {
        id: "rails", type: "line", source: "city", "source-layer": "rails",
        paint: { "line-color": c.rail, "line-width": 1 },
      },
      {
        id: "names", type: "symbol", source: "city", "source-layer": "streets", minzoom: 14,
        filter: ["has", "name"],
        layout: {
          "text-field": ["get", "name"], "text-font": FONT, "symbol-placement": "line", "symbol-spacing": 320,
          "text-size": ["interpolate", ["linear"], ["zoom"], 14, 11, 17, 14], "text-max-angle": 30, "text-padding": 6,
        },
        paint: { "text-color": c.label, "text-halo-color": c.street, "text-halo-width": 1.6 },
      },
      {
        id: "places", type: "symbol", source: "city", "source-layer": "parks", minzoom: 15, filter: ["has", "name"],
        layout: { "text-field": ["get", "name"], "text-font": FONT, "text-size": 12, "text-max-width": 8 },
        paint: { "text-color": c.label, "text-halo-color": c.park, "text-halo-width": 1.4 },
      },
    ],
  };
}
