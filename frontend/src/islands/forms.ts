import { firstTime } from "./once";

/** A form that was sent is not sent twice; fields that ask for it send the form when they change. */
export function startForms(root: ParentNode): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-once]")) {
    if (!firstTime(form, "Once")) continue;
    form.addEventListener("submit", (event) => {
      if (form.dataset["sent"]) event.preventDefault();
      form.dataset["sent"] = "1";
      for (const button of buttons(form)) button.setAttribute("aria-disabled", "true");
    });
  }
  for (const field of root.querySelectorAll<HTMLElement>("[data-submit-on-change]")) {
    if (!firstTime(field, "Submits")) continue;
    field.addEventListener("change", () => field.closest("form")?.requestSubmit());
  }
  // Not where it is only shown as a sample.
  const summary = root.querySelector<HTMLElement>(":is(#errors, #refused):not([data-sample] *)");
  summary?.focus();
}

/** The buttons that send a form, those outside of it (time plates) too. */
function buttons(form: HTMLFormElement): HTMLButtonElement[] {
  return [...form.elements].filter((element) => element instanceof HTMLButtonElement);
}

// A page that comes back from the browser's cache may be sent again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sent]")) {
    delete form.dataset["sent"];
    for (const button of buttons(form)) button.removeAttribute("aria-disabled");
  }
});
