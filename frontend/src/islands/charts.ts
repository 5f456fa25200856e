import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { firstTime } from "./once";

/**
 * A chart of what a table says, for those who like to see it. Marks: data-chart (the table's id), data-chart-key (of its
 * cells: data-key, data-value), data-chart-unit (a currency, percent, or nothing). Rows have a data-label; one that is
 * still running is lit. Nothing moves, so nobody has to ask for less of it.
 */
export function start(root: HTMLElement): void {
  if (!firstTime(root, "Chart")) return;
  const table = document.getElementById(root.dataset["chart"] ?? "");
  if (!table) return;
  const rows = [...table.querySelectorAll<HTMLElement>("tbody tr")];
  const key = CSS.escape(root.dataset["chartKey"] ?? "");
  const values = rows.map((row) => Number(row.querySelector<HTMLElement>(`[data-key="${key}"]`)?.dataset["value"] ?? 0));
  const labels = rows.map((row) => row.dataset["label"] ?? "");
  const running = rows.map((row) => row.dataset["running"] !== undefined);
  const written = writer(root.dataset["chartUnit"] ?? "");
  root.hidden = false;

  let plot: uPlot | null = null;
  const draw = (): void => {
    plot?.destroy();
    plot = new uPlot(
      options(root, labels, written),
      [
        labels.map((_label, place) => place),
        values.map((value, place) => (running[place] ? null : value)),
        values.map((value, place) => (running[place] ? value : null)),
      ],
      root,
    );
  };
  draw();
  new ResizeObserver(() => {
    if (root.clientWidth > 0 && plot && plot.width !== root.clientWidth) plot.setSize(size(root));
  }).observe(root);
  document.addEventListener("themechange", draw);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
}

function options(root: HTMLElement, labels: string[], written: (value: number) => string): uPlot.Options {
  const colour = (token: string): string => resolved(root, token);
  const font = `12px ${getComputedStyle(root).fontFamily}`;
  const bars = uPlot.paths.bars?.({ size: [0.68, 48], radius: 0.06 });
  const axis = { stroke: colour("--ink-2"), font, ticks: { show: false } };
  return {
    ...size(root),
    cursor: { show: false },
    legend: { show: false },
    scales: { x: { time: false, range: () => [-0.6, labels.length - 0.4] }, y: { range: (_plot, _low, high) => [0, high > 0 ? high * 1.08 : 1] } },
    axes: [
      // The first day of a week is enough below its bar.
      {
        ...axis,
        grid: { show: false },
        space: 76,
        size: 28,
        incrs: [1, 2, 3, 4, 6, 8, 12],
        values: (_plot, places) => places.map((place) => (labels[place] ?? "").split(" – ")[0] ?? ""),
      },
      {
        ...axis,
        grid: { stroke: colour("--line"), width: 1 },
        size: 64,
        values: (_plot, marks) => marks.map(written),
      },
    ],
    series: [
      {},
      { ...(bars ? { paths: bars } : {}), fill: colour("--spruce"), width: 0, points: { show: false } },
      { ...(bars ? { paths: bars } : {}), fill: colour("--lamp"), stroke: colour("--lamp-edge"), width: 1, points: { show: false } },
    ],
  };
}

/** How an axis writes its marks: amounts come in minor units. */
function writer(unit: string): (value: number) => string {
  const language = document.documentElement.lang || "en";
  if (unit === "percent") {
    const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 0 });
    return (value) => percent.format(value);
  }
  if (!unit) {
    const whole = new Intl.NumberFormat(language, { maximumFractionDigits: 1 });
    return (value) => whole.format(value);
  }
  const digits = new Intl.NumberFormat(language, { style: "currency", currency: unit }).resolvedOptions().maximumFractionDigits ?? 2;
  const amount = new Intl.NumberFormat(language, { style: "currency", currency: unit, notation: "compact", minimumFractionDigits: 0, maximumFractionDigits: 1 });
  return (value) => amount.format(value / 10 ** digits);
}

function size(root: HTMLElement): { width: number; height: number } {
  return { width: root.clientWidth, height: root.clientHeight };
}

/** A token as it is now: canvases know neither custom properties nor light-dark(). */
function resolved(root: HTMLElement, token: string): string {
  const probe = document.createElement("span");
  probe.style.color = `var(${token})`;
  root.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
