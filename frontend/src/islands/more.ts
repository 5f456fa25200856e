import { firstTime, renewed } from "./once";

/** So many are put into one page; further on the link leads to a page of its own. */
const MOST = 100;

/**
 * More results when the end of the list comes near, or when its link is pressed. Marks: data-more on the navigation that
 * holds a real link (rel=next) to the next page, whose list (data-more-list) and navigation continue ours; the words
 * data-words ({n}, {all}) and data-failed for the [data-more-said] beside it. How many are shown goes into the address (`n`),
 * so that whoever comes back finds the page as long as it was, and the browser the place in it.
 */
export function start(nav: HTMLElement): void {
  const list = document.querySelector<HTMLElement>("[data-more-list]");
  if (!list || !firstTime(nav, "More")) return;
  const said = document.querySelector<HTMLElement>("[data-more-said]");
  let busy = false;

  const link = (): HTMLAnchorElement | null => nav.querySelector("a[rel=next]");
  const load = async (pressed: boolean): Promise<void> => {
    const next = link();
    if (busy || !next) return;
    busy = true;
    next.ariaBusy = "true";
    try {
      const answer = await fetch(next.href, { headers: { Accept: "text/html" } });
      if (!answer.ok) throw new Error(String(answer.status));
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const cards = [...(fresh.querySelector("[data-more-list]")?.children ?? [])].map((card) => document.adoptNode(card));
      list.append(...cards);
      for (const card of cards) renewed(card);
      const follow = fresh.querySelector("[data-more]");
      const onward = follow?.querySelector<HTMLAnchorElement>("a[rel=next]");
      if (onward) next.replaceWith(document.adoptNode(onward));
      else next.remove();
      remember(list.children.length);
      if (said) {
        const words = nav.dataset["words"] ?? "";
        said.textContent = words.replace("{n}", String(cards.length)).replace("{all}", String(list.children.length));
      }
      document.dispatchEvent(new CustomEvent("morepins"));
      if (pressed) cards[0]?.querySelector<HTMLElement>("a")?.focus();
      if (list.children.length >= MOST || !link()) eye.disconnect();
      else {
        // Looked at anew: the end may still be near.
        eye.unobserve(nav);
        eye.observe(nav);
      }
    } catch {
      eye.disconnect(); // from now on by hand
      if (said) said.textContent = nav.dataset["failed"] ?? "";
    } finally {
      busy = false;
      if (link()) link()!.ariaBusy = null;
    }
  };

  const eye = new IntersectionObserver((seen) => seen.some((each) => each.isIntersecting) && void load(false), { rootMargin: "0px 0px 800px" });
  nav.addEventListener("click", (event) => {
    const plain = !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
    if (!plain || !(event.target as Element).closest("a[rel=next]") || list.children.length >= MOST) return;
    event.preventDefault();
    void load(true);
  });
  if (list.children.length < MOST) eye.observe(nav);
}

function remember(shown: number): void {
  const url = new URL(location.href);
  url.searchParams.set("n", String(shown));
  history.replaceState(history.state, "", url);
  for (const back of document.querySelectorAll<HTMLInputElement>("input[name=back]")) back.value = url.pathname + url.search;
}
