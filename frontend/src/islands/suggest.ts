import { firstTime } from "./once";

/** Addresses while one types "where". Posted, because an exact address belongs in no address of ours. */
export function startSuggestions(root: ParentNode): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-suggest]")) {
    const field = form.querySelector<HTMLInputElement>("input[name=near]");
    const list = field?.list;
    if (!field || !list || !firstTime(form, "Suggest")) continue;
    let timer = 0;
    let asked = "";
    field.addEventListener("input", () => {
      clearTimeout(timer);
      timer = window.setTimeout(() => void ask(), 180);
    });
    const ask = async (): Promise<void> => {
      const typed = field.value.trim();
      if (typed.length < 2 || typed === asked) return;
      asked = typed;
      const token = form.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "";
      try {
        const answer = await fetch(form.dataset["suggest"] ?? "", {
          method: "POST",
          headers: { "X-CSRFToken": token },
          body: new URLSearchParams({ near: typed }),
        });
        if (!answer.ok || asked !== typed) return;
        const { lines } = (await answer.json()) as { lines: string[] };
        list.replaceChildren(...lines.map((line) => Object.assign(document.createElement("option"), { value: line })));
      } catch {
        // Without suggestions the address is typed whole.
      }
    };
  }
}
