"""Hold the Flask machinery that knows no area: guards, languages, forms, errors, headers, idempotency."""
