// Every page works without this file. It moves the focus to the error summary and stops a double click.
(function () {
  'use strict'
  const HOLD_MS = 8000 // a lost answer must not lock the form: the idempotency key makes a second try harmless

  const summary = document.querySelector('[data-error-summary]')
  if (summary) {
    summary.focus()
    summary.addEventListener('click', event => {
      const link = event.target.closest('a[href^="#"]')
      const field = link && document.getElementById(link.hash.slice(1))
      if (!field) return
      event.preventDefault()
      const label = field.labels && field.labels[0]
      const legend = field.closest('fieldset') && field.closest('fieldset').querySelector('legend')
      ;(legend || label || field).scrollIntoView()
      field.focus({ preventScroll: true })
    })
  }

  function release(form) {
    delete form.dataset.sent
    form.removeAttribute('aria-busy')
  }

  document.addEventListener('submit', event => {
    const form = event.target
    if (!form.matches('form[data-once]')) return
    if (form.dataset.sent) {
      event.preventDefault()
      return
    }
    form.dataset.sent = '1'
    form.setAttribute('aria-busy', 'true')
    window.setTimeout(() => release(form), HOLD_MS)
  })

  // Back from the next page: the form is fresh again.
  window.addEventListener('pageshow', () => {
    document.querySelectorAll('form[data-sent]').forEach(release)
  })
})()
