import { toast, toastFailed } from "./toasts";

interface Answer {
  html: string;
  ok: boolean;
}

/**
 * What is said about a drop: the server's question in the dialog, what it answers to yes, and a toast with the way back.
 * Returns what asks an address; `over` is called when nothing is open any more. What is said goes to #drop-says as well.
 */
export function dropTalk(root: HTMLElement, dialog: HTMLDialogElement, over: () => void): (address: string) => Promise<void> {
  const show = (html: string): void => {
    dialog.replaceChildren(...parsed(html).children);
    if (!dialog.open) dialog.showModal();
    dialog.querySelector<HTMLElement>("#drop-title")?.focus();
  };

  const failed = (): void => {
    dialog.close();
    over();
    toastFailed();
  };

  const ask = async (address: string): Promise<void> => {
    const found = await fetched(address);
    if (found) show(found.html);
    else failed();
  };

  const post = async (form: HTMLFormElement): Promise<Answer | null> => {
    for (const button of form.querySelectorAll("button")) button.disabled = true;
    const found = await fetched(form.action, { method: "POST", body: new FormData(form) });
    if (found) root.dispatchEvent(new Event("board:settled"));
    return found;
  };

  const done = (html: string): void => {
    const said = parsed(html);
    const form = said.querySelector<HTMLFormElement>("form[data-drop]");
    const line = root.querySelector("#drop-says");
    if (line) line.textContent = said.querySelector(".toast__text")?.textContent ?? said.textContent;
    toast([...said.childNodes], Number(form?.dataset["seconds"] ?? 6));
    form?.addEventListener("submit", (event) => {
      event.preventDefault();
      void post(form).then((answer) => (answer ? done(answer.html) : failed()));
    });
  };

  dialog.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    event.preventDefault();
    if (form.dataset["drop"] === "do") {
      void post(form).then((answer) => {
        if (!answer) return failed();
        if (!answer.ok) return show(answer.html);
        dialog.close();
        done(answer.html);
      });
      return;
    }
    const asked = new URLSearchParams(new FormData(form) as unknown as Record<string, string>);
    const button = (event as SubmitEvent).submitter;
    if (button instanceof HTMLButtonElement && button.name) asked.set(button.name, button.value);
    void ask(`${form.action}?${asked}`);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest("[data-drop-close]")) dialog.close();
  });
  dialog.addEventListener("close", () => {
    dialog.replaceChildren();
    over();
  });
  return ask;
}

function parsed(html: string): HTMLElement {
  return new DOMParser().parseFromString(html, "text/html").body;
}

/** What the server answers is a part of a page, also when it refuses; anything else has failed. */
async function fetched(address: string, options: RequestInit = {}): Promise<Answer | null> {
  try {
    const answer = await fetch(address, { ...options, headers: { Accept: "text/html" }, cache: "no-store" });
    if (answer.redirected || !(answer.ok || answer.status === 409 || answer.status === 422)) return null;
    return { html: await answer.text(), ok: answer.ok };
  } catch {
    return null;
  }
}
