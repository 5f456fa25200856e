import { firstTime } from "./once";

/** A form that was sent is not sent twice; fields that ask for it send the form when they change, or take back another choice. */
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
  // One or the other: what is typed takes back what was picked, and the other way round.
  for (const field of root.querySelectorAll<HTMLInputElement>("input[data-instead-of]")) {
    if (!firstTime(field, "Instead")) continue;
    const picks = (): HTMLInputElement[] =>
      [...(field.form?.elements ?? [])].filter((one): one is HTMLInputElement => one instanceof HTMLInputElement && one.name === field.dataset["insteadOf"]);
    field.addEventListener("input", () => field.value && picks().forEach((one) => (one.checked = false)));
    field.form?.addEventListener("change", (event) => {
      if (picks().includes(event.target as HTMLInputElement)) field.value = "";
    });
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
