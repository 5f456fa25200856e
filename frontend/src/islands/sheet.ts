import { firstTime, renewed } from "./once";
import { textOf, toast, toastFailed } from "./toasts";

/**
 * Pages of one visit are worked beside the board: a link marked `data-sheet` opens its page in #sheet, and what is sent
 * there is answered there. An answer that is another page (the day) ends the step: what it says becomes a toast, the visit's
 * own page shows the visit anew, anything else closes. Without the script the same links lead to the same pages.
 *
 * Marks: #sheet (a dialog; data-inside: the beginnings of the addresses that stay in it) with [data-sheet-body],
 * [data-sheet-close] and [data-sheet-page] (the same as a page of its own).
 */
export function start(root: HTMLElement, sheet: HTMLDialogElement): void {
  if (!firstTime(sheet, "Sheet")) return;
  const body = sheet.querySelector<HTMLElement>("[data-sheet-body]");
  if (!body) return;
  const inside = (sheet.dataset["inside"] ?? "").split(" ").filter(Boolean);
  let opener = "";
  /** Only the newest answer counts. */
  let asked = 0;

  const stays = (address: string): boolean => {
    const path = new URL(address, location.href).pathname;
    return inside.some((beginning) => path.startsWith(beginning)) && !path.endsWith("/square");
  };
  const here = (): string => body.dataset["address"] ?? "";

  const show = (page: Document, address: string): void => {
    const work = page.querySelector(".work__page");
    if (!work) return location.assign(address);
    body.dataset["address"] = address;
    body.replaceChildren(...[...work.childNodes].map((node) => document.adoptNode(node)));
    for (const link of sheet.querySelectorAll<HTMLAnchorElement>("[data-sheet-page]")) link.href = address;
    const title = body.querySelector<HTMLElement>("h1");
    if (title) {
      title.id ||= "sheet-title";
      title.tabIndex = -1;
      sheet.setAttribute("aria-labelledby", title.id);
    }
    if (!sheet.open) sheet.showModal();
    sheet.scrollTop = 0;
    renewed(body);
    if (!body.contains(document.activeElement)) title?.focus();
  };

  const load = async (address: string, options: RequestInit = {}): Promise<void> => {
    const mine = ++asked;
    body.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { ...options, headers: { Accept: "text/html" }, cache: "no-store" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (mine !== asked) return;
      if (options.method) root.dispatchEvent(new Event("board:settled"));
      if (answer.status >= 500) return failed();
      if (stays(answer.url) && page.querySelector(".work__page")) return show(page, answer.url);
      if (!options.method || !page.querySelector(".work__page")) return location.assign(answer.url);
      ended(page);
    } catch {
      failed();
    } finally {
      body.removeAttribute("aria-busy");
    }
  };

  const failed = (): void => {
    for (const form of body.querySelectorAll<HTMLFormElement>("form[data-sent]")) delete form.dataset["sent"];
    for (const button of body.querySelectorAll("[aria-disabled]")) button.removeAttribute("aria-disabled");
    toastFailed();
  };

  /** The step is over: it says what came of it. */
  const ended = (page: Document): void => {
    const said = page.querySelector("p.visit__said, .page-messages .notice");
    if (said) toast(textOf(said.textContent?.trim() ?? ""));
    if (/\/visits\/[^/]+\/$/.test(new URL(here(), location.href).pathname)) void load(here());
    else sheet.close();
  };

  root.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[data-sheet]") : null;
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    opener = link.getAttribute("href") ?? "";
    void load(link.href);
  });

  body.addEventListener("click", (event) => {
    const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>("a[href]") : null;
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || link.target) return;
    const to = new URL(link.href);
    if (to.origin !== location.origin || (to.hash && to.pathname === new URL(here(), location.href).pathname)) return;
    if (stays(link.href)) {
      event.preventDefault();
      void load(link.href);
    } else if (to.pathname === sheet.dataset["day"]) {
      // "To the day", "Keep it": the board is the day.
      event.preventDefault();
      sheet.close();
    }
  });

  body.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented) return;
    event.preventDefault();
    const address = new URL(form.getAttribute("action") || here(), new URL(here(), location.href)).href;
    const data = new FormData(form, (event as SubmitEvent).submitter);
    if (form.method === "post") void load(address, { method: "POST", body: data });
    else void load(`${address.split("?")[0]}?${new URLSearchParams(data as unknown as Record<string, string>)}`);
  });

  sheet.addEventListener("click", (event) => {
    const on = event.target instanceof Element ? event.target : null;
    // Beside it, or its cross.
    if (on === sheet || on?.closest("[data-sheet-close]")) sheet.close();
  });
  sheet.addEventListener("close", () => {
    asked += 1;
    body.replaceChildren();
    delete body.dataset["address"];
    root.querySelector<HTMLElement>(`#board [href="${CSS.escape(opener)}"]`)?.focus({ preventScroll: true });
  });
}
