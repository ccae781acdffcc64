// Keep the page for checking confirmations for later use without a connection; nothing else of this site.
// A change of any file or sentence changes `version` and with it this text, so that the browser installs it anew.
'use strict'
const PAGE = {{ page | tojson }}
const CACHE = `check ${PAGE} {{ version }}`
const FILES = {{ files | tojson }}
const KEYS = {{ keys | tojson }}
const PATIENCE_MS = 5000

const ask = (address, more) => fetch(address, { credentials: 'omit', ...more })

async function keep(cache, address) {
  const answer = await ask(address, { cache: 'reload' })
  if (!answer.ok) throw new Error(address)
  await cache.put(address, answer)
}

// What is saved says so: its date is not today's.
async function keepKeys(answer) {
  const headers = new Headers(answer.headers)
  headers.set('X-Saved', '1')
  const cache = await caches.open(CACHE)
  await cache.put(KEYS, new Response(await answer.blob(), { headers }))
}

async function newestKeys() {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), PATIENCE_MS)
  try {
    const answer = await ask(KEYS, { cache: 'no-store', signal: stop.signal })
    if (!answer.ok) throw new Error('no keys')
    await keepKeys(answer.clone())
    return answer
  } catch {
    return await caches.match(KEYS, { cacheName: CACHE }) || Response.error()
  } finally {
    clearTimeout(timer)
  }
}

async function kept(request, address) {
  return await caches.match(address, { cacheName: CACHE }) || fetch(request)
}

self.addEventListener('install', event => {
  self.skipWaiting()
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE)
    await Promise.all([PAGE, ...FILES].map(address => keep(cache, address)))
    await keepKeys(await ask(KEYS, { cache: 'no-store' }))
  })())
})

self.addEventListener('activate', event => {
  event.waitUntil((async () => {
    const old = (await caches.keys()).filter(name => name.startsWith(`check ${PAGE} `) && name !== CACHE)
    await Promise.all(old.map(name => caches.delete(name)))
    await self.clients.claim()
  })())
})

self.addEventListener('fetch', event => {
  const { method, url } = event.request
  const address = new URL(url)
  if (method !== 'GET' || address.origin !== self.location.origin) return
  if (address.pathname === KEYS) event.respondWith(newestKeys())
  else if (address.pathname === PAGE || FILES.includes(address.pathname)) {
    event.respondWith(kept(event.request, address.pathname))
  }
})
