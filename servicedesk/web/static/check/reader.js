// Find QR codes in a picture, apart from the page, so that it stays alive meanwhile. The reader (ZXing-C++) is
// WebAssembly: only this worker may compile it, by the policy that its own answer carries.
'use strict'
importScripts('/static/zxing/zxing_reader.js')

const READ = { formats: ['QRCode'], textMode: 'Plain', maxNumberOfSymbols: 8 }
const SIDES = [1600, 1000, 2600] // longest sides in pixels of the further looks, in the order of their success
const PATIENCE_MS = 12000

const ready = fetch('/static/zxing/zxing_reader.wasm').then(answer => {
  if (!answer.ok) throw new Error('no reader')
  return answer.arrayBuffer()
}).then(wasmBinary => ZXingWASM.prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true }))

async function read(picture, options) {
  const found = await ZXingWASM.readBarcodes(picture, { ...READ, ...options })
  return found.map(one => one.text)
}

// Grey values of the picture at most `side` wide and high, each the mean of what it stands for.
function reduced({ data, width, height }, side) {
  const step = Math.max(1, Math.max(width, height) / side)
  const [w, h] = [Math.floor(width / step), Math.floor(height / step)]
  const grey = new Float32Array(w * h)
  for (let y = 0; y < h; y += 1) {
    const [y0, y1] = [Math.floor(y * step), Math.floor((y + 1) * step)]
    for (let x = 0; x < w; x += 1) {
      const [x0, x1] = [Math.floor(x * step), Math.floor((x + 1) * step)]
      let sum = 0
      for (let b = y0; b < y1; b += 1) for (let a = x0; a < x1; a += 1) sum += data[(b * width + a) * 4 + 1]
      grey[y * w + x] = sum / ((x1 - x0) * (y1 - y0))
    }
  }
  return { grey, width: w, height: h }
}

function asPicture({ grey, width, height }) {
  const data = new Uint8ClampedArray(width * height * 4)
  for (let at = 0; at < grey.length; at += 1) {
    data[at * 4] = data[at * 4 + 1] = data[at * 4 + 2] = grey[at]
    data[at * 4 + 3] = 255
  }
  return new ImageData(data, width, height)
}

// Black is what is darker than its surroundings: takes shadows, creases and grey paper out of a picture.
function thresholded({ grey, width, height }) {
  const sums = new Float64Array((width + 1) * (height + 1))
  for (let y = 0; y < height; y += 1) {
    let row = 0
    for (let x = 0; x < width; x += 1) {
      row += grey[y * width + x]
      sums[(y + 1) * (width + 1) + x + 1] = sums[y * (width + 1) + x + 1] + row
    }
  }
  const reach = Math.max(8, Math.round(Math.max(width, height) / 48))
  const result = new Float32Array(grey.length)
  for (let y = 0; y < height; y += 1) {
    const [y0, y1] = [Math.max(0, y - reach), Math.min(height, y + reach + 1)]
    for (let x = 0; x < width; x += 1) {
      const [x0, x1] = [Math.max(0, x - reach), Math.min(width, x + reach + 1)]
      const sum = sums[y1 * (width + 1) + x1] - sums[y0 * (width + 1) + x1] - sums[y1 * (width + 1) + x0] +
        sums[y0 * (width + 1) + x0]
      result[y * width + x] = grey[y * width + x] * (x1 - x0) * (y1 - y0) < sum * 0.93 ? 0 : 255
    }
  }
  return { grey: result, width, height }
}

// Each look is only taken when none before found anything.
function * looks(picture) {
  yield [picture, {}]
  for (const side of SIDES) {
    const small = reduced(picture, side)
    yield [asPicture(small), {}]
    yield [asPicture(thresholded(small)), { binarizer: 'FixedThreshold' }]
  }
}

async function find(picture, isHard) {
  const end = performance.now() + PATIENCE_MS
  for (const [look, options] of isHard ? looks(picture) : [[picture, {}]]) {
    const texts = await read(look, options)
    if (texts.length || performance.now() > end) return texts
  }
  return []
}

self.onmessage = async ({ data: { id, buffer, width, height, isHard } }) => {
  try {
    await ready
    const picture = new ImageData(new Uint8ClampedArray(buffer), width, height)
    self.postMessage({ id, texts: await find(picture, isHard) })
  } catch (fault) {
    self.postMessage({ id, fault: String(fault) })
  }
}
