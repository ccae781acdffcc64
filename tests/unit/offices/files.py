"""Office files for tests."""

from pathlib import Path

MINIMAL = """
[office]
ref = "musterstadt"
host = "termine.musterstadt.example"
name = "Ausländerbehörde Musterstadt"
street = "Rathausplatz 1"
postcode = "12345"
town = "Musterstadt"
federal_state = "NW"
time_zone = "Europe/Berlin"
languages = ["de", "en", "ar", "tr", "uk"]
umlauts = "din-5007-2"                  # or "din-5007-1"

[[case_worker]]
ref = "kw1"
name = "Beispiel, B."
team = "aufenthalt"

[[letter_range]]
team = "aufenthalt"
pieces = ["Als - Az", "R", "Ya - Ym"]
owner = "kw1"

[[desk]]
ref = "zi-201"
case_workers = ["kw1"]
opening = [{ days = ["mon", "tue", "thu"], from = "08:00", to = "12:00" }]

[[concern]]
id = "permit_study"
mode = "direct"
minutes = 15
lead = "P3M"
"""

DEMO = Path(__file__).resolve().parents[3] / "servicedesk" / "demo" / "office.toml"
