// The page for checking a confirmation: camera or picture, seal, comparison, status. Nothing that a seal says leaves
// this device; only the status code does, and only when the button is pressed. All sentences stand in the page.
import { readSeal } from './seal.js'

const REFRESH_MS = 60000 // keys younger than this are not asked for again
const PATIENCE_MS = 6000
const WRONG_MS = 129600000 // a clock that is off by more than a day and a half is wrong; less may be its zone
const MOST_SIDE = 4096 // larger pictures are reduced: phones refuse larger canvases
const FRAME_MS = 150

const root = document.querySelector('[data-check]')
const one = name => root.querySelector(`[data-${name}]`)
const all = name => root.querySelectorAll(`[data-${name}]`)
const picture = root.querySelector('#picture')
const video = root.querySelector('video')
const canvas = document.createElement('canvas')

// ---- the office's keys, and its clock

let known = null // the newest keys at hand
let isOnline = false // whether the last attempt to get newer ones succeeded

async function fetchKeys() {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), PATIENCE_MS)
  isOnline = false
  try {
    const answer = await fetch(root.dataset.keys, { cache: 'no-store', credentials: 'omit', signal: stop.signal })
    const { keys, as_of: asOf } = await answer.json()
    isOnline = !answer.headers.has('X-Saved')
    if (isOnline || !known) known = { keys, asOf: Date.parse(asOf), at: performance.now(), isLive: isOnline }
  } catch {
    // No connection: what is known stays.
  } finally {
    clearTimeout(timer)
  }
}

const areYoung = () => known && isOnline && performance.now() - known.at < REFRESH_MS

function officeDay(instant) {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: root.dataset.zone, year: 'numeric', month: '2-digit', day: '2-digit',
  }).formatToParts(instant)
  return ['year', 'month', 'day'].map(type => parts.find(part => part.type === type).value).join('-')
}

const shown = day => day.split('-').reverse().join('.')

// The device's clock never decides whether a seal is genuine. It says whether the day to check again has passed, and
// only as long as the office's clock is out of reach.
function judgeDay(facts) {
  const device = Date.now()
  if (known.isLive) {
    const office = known.asOf + performance.now() - known.at
    return { when: officeDay(office) > facts.check_again_on ? 'past' : '', isOff: Math.abs(device - office) > WRONG_MS }
  }
  const isPast = officeDay(Math.max(device, known.asOf)) > facts.check_again_on
  const isWrong = device < known.asOf - WRONG_MS || device < Date.parse(facts.issued_on) - WRONG_MS
  return { when: isPast ? 'past' : isWrong ? 'unsure' : '', isOff: false }
}

// ---- what the page shows

function show(outcome) {
  one('busy').hidden = true
  all('result').forEach(section => { section.hidden = section.dataset.result !== outcome })
  const section = root.querySelector(`[data-result="${outcome}"]`)
  section.querySelector('h2').focus({ preventScroll: true })
  section.scrollIntoView()
}

function clear() {
  all('result').forEach(section => { section.hidden = true })
}

function answerStatus(word) {
  all('answer').forEach(answer => { answer.hidden = answer.dataset.answer !== word })
}

function showFacts(facts) {
  all('fact').forEach(place => {
    const value = facts[place.dataset.fact]
    place.textContent = /_on$/.test(place.dataset.fact) ? shown(value)
      : place.dataset.fact === 'status_code' ? `${value.slice(0, 5)}-${value.slice(5)}` : value
  })
  const { when, isOff } = judgeDay(facts)
  all('when').forEach(note => { note.hidden = note.dataset.when !== when })
  one('clock').hidden = !isOff
  one('saved').hidden = isOnline
  one('saved-on').textContent = shown(officeDay(known.asOf))
  one('device').hidden = known.isLive
  one('device-on').textContent = shown(officeDay(Date.now()))
  question = { code: facts.status_code, waited: '' }
  answerStatus('')
}

async function check(text) {
  if (!areYoung()) await fetchKeys()
  if (!known) return show('no_keys')
  if (!window.crypto?.subtle) return show('no_reader')
  let reading = await readSeal(text, known.keys)
  if (reading.outcome === 'unknown_key') {
    await fetchKeys() // it may be newer than what we know
    reading = await readSeal(text, known.keys)
    if (reading.outcome === 'unknown_key' && !isOnline) return show('unknown_key_saved')
  }
  if (reading.outcome === 'genuine') showFacts(reading.facts)
  return show(reading.outcome)
}

// ---- finding the code

const waiting = new Map()
let worker = null
let count = 0

function startReader() {
  worker = new Worker(root.dataset.reader)
  worker.onmessage = ({ data }) => {
    const { resolve, reject } = waiting.get(data.id)
    waiting.delete(data.id)
    if (data.fault) reject(new Error(data.fault))
    else resolve(data.texts)
  }
  worker.onerror = () => {
    worker = null
    waiting.forEach(({ reject }) => reject(new Error('no reader')))
    waiting.clear()
  }
}

function find(source, width, height, isHard) {
  const factor = Math.min(1, MOST_SIDE / Math.max(width, height))
  canvas.width = Math.max(1, Math.round(width * factor))
  canvas.height = Math.max(1, Math.round(height * factor))
  const context = canvas.getContext('2d', { willReadFrequently: true })
  context.fillStyle = '#fff' // what is transparent is paper
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(source, 0, 0, canvas.width, canvas.height)
  const { buffer } = context.getImageData(0, 0, canvas.width, canvas.height).data
  if (!worker) startReader()
  count += 1
  const id = count
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject })
    worker.postMessage({ id, buffer, width: canvas.width, height: canvas.height, isHard }, [buffer])
  })
}

const listSeals = texts => [...new Set(texts)].filter(text => /^SD\d/.test(text))

async function readFile(file) {
  closeCamera()
  clear()
  one('busy').hidden = false
  let bitmap
  try {
    bitmap = await createImageBitmap(file)
  } catch {
    return show('unreadable')
  }
  let texts
  try {
    texts = await find(bitmap, bitmap.width, bitmap.height, true)
  } catch {
    return show('no_reader')
  } finally {
    bitmap.close()
  }
  const seals = listSeals(texts)
  if (seals.length > 1) return show('several')
  return texts.length ? check(seals[0] ?? texts[0]) : show('nothing')
}

// ---- the camera, only after the button

let stream = null

function closeCamera() {
  stream?.getTracks().forEach(track => track.stop())
  stream = null
  video.srcObject = null
  one('viewer').hidden = true
  one('tools').hidden = false
}

async function openCamera() {
  clear()
  let opened
  try {
    opened = await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: 'environment', width: { ideal: 1920 }, height: { ideal: 1080 } },
    })
  } catch (fault) {
    return show(fault.name === 'NotAllowedError' ? 'camera_denied' : 'camera_missing')
  }
  stream = opened
  one('tools').hidden = true
  one('viewer').hidden = false
  one('other').hidden = true
  one('close-camera').focus()
  video.srcObject = stream
  await video.play().catch(() => {})
  return watch(opened)
}

async function watch(mine) {
  while (stream === mine) {
    const texts = video.videoWidth
      ? await find(video, video.videoWidth, video.videoHeight, false).catch(() => null) : []
    if (stream !== mine) return
    if (texts === null) {
      closeCamera()
      show('no_reader')
      return
    }
    const seals = listSeals(texts)
    if (seals.length) {
      closeCamera()
      if (seals.length > 1) show('several')
      else await check(seals[0])
      return
    }
    if (texts.length) one('other').hidden = false
    await new Promise(resolve => { setTimeout(resolve, FRAME_MS) })
  }
}

// ---- the status

let question = null

async function ask() {
  const mine = question
  let word = 'offline'
  try {
    const answer = await fetch(root.dataset.status, {
      method: 'POST', body: new URLSearchParams(mine), headers: { Accept: 'application/json' }, credentials: 'omit',
    })
    const { status, waited } = await answer.json()
    word = answer.status === 429 ? 'wait' : status || 'offline'
    mine.waited = waited || ''
  } catch {
    // no connection
  }
  if (question === mine) answerStatus(word)
}

one('open-camera').addEventListener('click', openCamera)
one('close-camera').addEventListener('click', () => { closeCamera(); one('open-camera').focus() })
one('ask').addEventListener('click', ask)
picture.addEventListener('change', () => {
  const [file] = picture.files
  picture.value = '' // the same picture can be chosen again
  if (file) readFile(file)
})
window.addEventListener('pagehide', closeCamera)
document.addEventListener('visibilitychange', () => { if (document.hidden && stream) closeCamera() })

one('without-script').hidden = true
one('tools').hidden = false
fetchKeys()
navigator.serviceWorker?.register(root.dataset.worker, { scope: root.dataset.scope, updateViaCache: 'none' }).catch(() => {})
