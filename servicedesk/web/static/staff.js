// Keys of the staff pages. Every action is also a link or button; nothing depends on this file.
(function () {
  'use strict'
  const STORE = 'servicedesk.keys'
  const stored = () => { try { return window.localStorage.getItem(STORE) } catch { return null } }
  let on = stored() ? stored() !== 'off' : !document.body.classList.contains('sd-keys-off')

  function show() {
    document.body.classList.toggle('sd-keys-off', !on)
  }

  const help = document.querySelector('[data-keys-help]')
  const off = document.querySelector('[data-keys-switch]')
  if (off) {
    off.checked = !on
    off.addEventListener('change', () => {
      on = !off.checked
      try { window.localStorage.setItem(STORE, on ? 'on' : 'off') } catch { /* private window: for this page only */ }
      show()
    })
  }
  show()

  const rows = () => Array.from(document.querySelectorAll('[data-rows] tbody tr, [data-rows] > li'))
    .filter(row => row.querySelector('[data-open]') && row.offsetParent)
  const here = () => document.activeElement && document.activeElement.closest('[data-rows] tr, [data-rows] > li')

  function move(step) {
    const all = rows()
    const at = all.indexOf(here())
    const next = all[at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step))]
    if (!next) return false
    next.querySelector('[data-open]').focus()
    next.scrollIntoView({ block: 'nearest' })
    return true
  }

  function press(target) {
    if (!target || target.disabled) return false
    target.click()
    return true
  }

  const acts = {
    j: () => move(1),
    k: () => move(-1),
    a: () => press(here() ? here().querySelector('[data-action]') : document.querySelector('[data-key="a"], [data-action]')),
    '/': () => { const field = document.querySelector('[data-search]'); if (field) { field.focus(); field.select() } return Boolean(field) },
    '?': () => { if (!help) return false; help.open = !help.open; help.querySelector('summary').focus(); return true },
  }

  document.addEventListener('keydown', event => {
    if (!on || event.defaultPrevented || event.repeat && !/^[jk]$/i.test(event.key)) return
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return
    const at = event.target
    if (at.isContentEditable || at.matches('input:not([type=checkbox]):not([type=radio]), textarea, select')) return
    const key = event.key.toLowerCase()
    if (key.length !== 1) return
    const inRow = here() && here().querySelector('[data-key="' + CSS.escape(key) + '"]')
    const named = inRow || document.querySelector('[data-key="' + CSS.escape(key) + '"]')
    if (Object.hasOwn(acts, key) ? acts[key]() : press(named)) event.preventDefault()
  })
})()
