"""Hold the database layer: base, types, engines and units of work, audit."""
