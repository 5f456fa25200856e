/** True the first time an element is seen by the island `name`: htmx may show the same element twice. */
export function firstTime(element: HTMLElement, name: string): boolean {
  const key = `on${name}`;
  if (element.dataset[key]) return false;
  element.dataset[key] = "1";
  return true;
}
