// Read the seal of an interim confirmation. The same decisions in the same order as servicedesk/interim/seal.py;
// tests/vectors/seals.json holds both to that. Nothing inside a seal chooses an algorithm, a key or an address.
const VERSION = 'SD1'
const SIGNS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:'
const KEY_ID = /^[0-9A-HJKMNP-TV-Z]{6}$/
const OTHER_VERSION = /^SD[0-9]{1,3}$/
const SIGNATURE_SIGNS = 96
const DAY_MS = 86400000
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const PARTS = ['office', 'status_code', 'name', 'birth_date', 'file_number', 'title', 'legal_basis', 'title_ends_on',
  'received_on', 'employment_condition', 'issued_on', 'check_again_on']
const DAYS = ['title_ends_on', 'received_on', 'issued_on', 'check_again_on']

class Refused extends Error {}

function decodeBase45(text) {
  const found = []
  for (let at = 0; at < text.length; at += 3) {
    const group = [...text.slice(at, at + 3)].map(sign => SIGNS.indexOf(sign))
    const size = group.length - 1
    const value = group.reduce((sum, digit, place) => sum + digit * 45 ** place, 0)
    if (size === 0 || group.includes(-1) || value >= 256 ** size) throw new Refused('broken')
    if (size === 2) found.push(value >> 8)
    found.push(value & 255)
  }
  return new Uint8Array(found)
}

function split(text) {
  const [version, keyId] = text.split(':', 2)
  if (version !== VERSION && OTHER_VERSION.test(version)) throw new Refused('unknown_version')
  const body = text.slice(`${version}:${keyId}:`.length)
  // Base45 uses the colon, too; the signature's length is fixed, so its separator is found from the end.
  const at = body.length - SIGNATURE_SIGNS - 1
  if (version !== VERSION || !KEY_ID.test(keyId || '') || at < 1 || body[at] !== ':') throw new Refused('broken')
  return { keyId, payload: decodeBase45(body.slice(0, at)), signature: decodeBase45(body.slice(at + 1)) }
}

async function verifies(jwk, keyId, payload, signature) {
  const { x, y } = jwk
  const key = await crypto.subtle.importKey('jwk', { kty: 'EC', crv: 'P-256', x, y }, ALGORITHM, false, ['verify'])
  const head = new TextEncoder().encode(`${VERSION}:${keyId}:`)
  const signed = new Uint8Array(head.length + payload.length)
  signed.set(head)
  signed.set(payload, head.length)
  return crypto.subtle.verify(ALGORITHM, key, signature, signed)
}

function isDay(text) {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || text < '0001') return false
  const day = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === text
}

function factsOf(payload) {
  let texts
  try {
    texts = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(payload))
  } catch {
    throw new Refused('odd_content')
  }
  // Only what we would write ourselves: no second spelling of the same facts.
  const isOurs = Array.isArray(texts) && texts.length === PARTS.length && texts.every(text => typeof text === 'string')
  const written = isOurs ? new TextEncoder().encode(JSON.stringify(texts)) : []
  if (written.length !== payload.length || written.some((byte, at) => byte !== payload[at])) throw new Refused('odd_content')
  const facts = Object.fromEntries(PARTS.map((name, at) => [name, texts[at]]))
  if (!DAYS.every(name => isDay(facts[name])) || texts.some(text => /\p{Cs}/u.test(text))) throw new Refused('odd_content')
  return facts
}

// A letter dated outside the life of its key; a day of margin, as dates are local. The clock plays no part.
function covers(key, day) {
  const startOf = text => Date.parse(text.slice(0, 10))
  return startOf(key.valid_from) - DAY_MS <= Date.parse(day) && Date.parse(day) <= startOf(key.valid_until) + DAY_MS
}

/** Return {outcome: 'genuine', facts, keyId}, or the reason why a text proves nothing. */
export async function readSeal(text, keys) {
  try {
    const { keyId, payload, signature } = split(text)
    const key = keys.find(one => one.kid === keyId)
    if (!key) throw new Refused('unknown_key')
    if (!await verifies(key.key, keyId, payload, signature)) throw new Refused('forged')
    const facts = factsOf(payload)
    if (key.revoked_at) throw new Refused('revoked_key')
    if (!covers(key, facts.issued_on)) throw new Refused('expired_key')
    return { outcome: 'genuine', facts, keyId }
  } catch (fault) {
    if (fault instanceof Refused) return { outcome: fault.message }
    throw fault
  }
}
