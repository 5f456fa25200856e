import { firstTime } from "./once";

/**
 * How long a hold still lasts: minutes and seconds, and a bar. It says aloud only what helps: two minutes, one,
 * and the end. Marks: data-countdown, data-until (an instant), data-now (the server's), data-total (seconds).
 */
export function startCountdowns(root: ParentNode): void {
  for (const box of root.querySelectorAll<HTMLElement>("[data-countdown]")) {
    if (firstTime(box, "Countdown")) run(box);
  }
}

function run(box: HTMLElement): void {
  // The reader's clock may be wrong: what counts is how long it was when the server wrote the page.
  const skew = Date.now() - Date.parse(box.dataset["now"] ?? "");
  const until = Date.parse(box.dataset["until"] ?? "") + (Number.isFinite(skew) ? skew : 0);
  const total = Number(box.dataset["total"] ?? "600");
  const left = box.querySelector<HTMLElement>("[data-left]");
  const bar = box.querySelector<SVGRectElement>("[data-rest]");
  const aloud = box.querySelector<HTMLElement>("[data-aloud]");
  let said = Infinity;
  for (const words of box.querySelectorAll<HTMLElement>("[data-no-script]")) words.hidden = true;
  for (const words of box.querySelectorAll<HTMLElement>("[data-with-script]")) words.hidden = false;

  const tick = (): void => {
    const seconds = Math.max(0, Math.ceil((until - Date.now()) / 1000));
    if (left) left.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    bar?.setAttribute("width", String(Math.min(100, (100 * seconds) / total)));
    for (const mark of [120, 60]) {
      if (seconds <= mark && said > mark && seconds > 0) {
        said = mark;
        if (aloud) aloud.textContent = aloud.dataset[mark === 120 ? "two" : "one"] ?? "";
      }
    }
    if (seconds === 0) {
      clearInterval(timer);
      // The server says what became of it; asked anew, for the page may be the answer to a form.
      location.replace(location.pathname + location.search);
    }
  };
  const timer = setInterval(() => (box.isConnected ? tick() : clearInterval(timer)), 1000);
  tick();
}
