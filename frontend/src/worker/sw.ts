/**
 * What the site does without a network: its shell, a page that says so, and the visit that was looked at last.
 *
 * The server puts `HEREABOUTS` before this (frontend/views/offline.py): a version, and the files of the shell. Nothing
 * private is kept but that one visit, and it goes when somebody signs out or another person reads (islands/offline.ts).
 */
declare const self: ServiceWorkerGlobalScope;
declare const HEREABOUTS: { version: string; shell: string[] };

const SHELL = `shell-${HEREABOUTS.version}`;
const VISIT = "visit";
const OFFLINE = "/offline";
const FILES = new Set(HEREABOUTS.shell);

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(SHELL)
      .then((cache) => cache.addAll([...HEREABOUTS.shell, OFFLINE]))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    (async () => {
      for (const name of await caches.keys()) if (name !== SHELL && name !== VISIT) await caches.delete(name);
      // So that a page does not wait for the worker to wake up.
      await self.registration.navigationPreload?.enable();
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (url.origin !== location.origin) return;
  if (event.request.mode === "navigate") event.respondWith(page(event, url.pathname));
  else if (event.request.method !== "GET") return;
  else if (FILES.has(url.pathname)) event.respondWith(file(event.request));
  else if (/^\/b\/[^/]+\/code\.svg$/.test(url.pathname)) event.respondWith(picture(event.request, url.pathname));
});

self.addEventListener("message", (event) => {
  const said = event.data as { type: string; path?: string };
  if (said.type === "forget") event.waitUntil(caches.delete(VISIT));
  if (said.type === "keep" && /^\/b\/[^/]+$/.test(said.path ?? "")) event.waitUntil(keep(said.path ?? ""));
});

self.addEventListener("push", (event) => {
  const told = event.data?.json() as { title: string; body: string; url: string; tag: string } | undefined;
  if (!told) return;
  event.waitUntil(
    self.registration.showNotification(told.title, {
      body: told.body,
      tag: told.tag,
      icon: "/static/icons/icon-192.png",
      data: { url: told.url },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const { url } = event.notification.data as { url: string };
  event.waitUntil(
    (async () => {
      const open = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
      const there = open.find((client) => new URL(client.url).pathname === url) ?? open[0];
      if (!there) return void (await self.clients.openWindow(url));
      await there.focus();
      if (new URL(there.url).pathname !== url) await there.navigate(url);
    })(),
  );
});

/** The page from the network; without one the kept visit, or the page that says so. */
async function page(event: FetchEvent, path: string): Promise<Response> {
  try {
    const early = event.request.method === "GET" ? ((await event.preloadResponse) as Response | undefined) : undefined;
    return early ?? (await fetch(event.request));
  } catch {
    const kept = event.request.method === "GET" ? await keptAt(path) : undefined;
    return kept ?? (await (await caches.open(SHELL)).match(OFFLINE)) ?? Response.error();
  }
}

async function file(request: Request): Promise<Response> {
  return (await (await caches.open(SHELL)).match(request, { ignoreVary: true })) ?? fetch(request);
}

async function picture(request: Request, path: string): Promise<Response> {
  try {
    return await fetch(request);
  } catch {
    return (await keptAt(path)) ?? Response.error();
  }
}

async function keptAt(path: string): Promise<Response | undefined> {
  return (await caches.open(VISIT)).match(path, { ignoreVary: true });
}

/** Keeps the visit at `path` as the server renders it now, with its code, instead of the one before. */
async function keep(path: string): Promise<void> {
  const [answer, code] = await Promise.all([
    fetch(path, { cache: "no-store", headers: { Accept: "text/html" } }),
    fetch(`${path}/code.svg`, { cache: "no-store" }),
  ]);
  if (!answer.ok || answer.redirected) return;
  // The page says of when it is, and asks for the network by itself.
  const text = (await answer.text()).replace("<html ", `<html data-kept="${new Date().toISOString()}" `);
  await caches.delete(VISIT);
  const cache = await caches.open(VISIT);
  await cache.put(path, new Response(text, { headers: answer.headers }));
  if (code.ok) await cache.put(`${path}/code.svg`, code);
}

export {}; // a module for the type checker only: `self` is a worker's here
