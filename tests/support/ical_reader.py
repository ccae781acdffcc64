"""Read calendar files with ical.js: a second reader that shares no code with the writer."""

import base64
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

_LIBRARY = Path(__file__).parents[1] / "vendor" / "ical.min.js"
#: Far from the office's zone, so that a reading in local time is noticed.
_ZONE = "America/New_York"
_READ = """
(ICAL, text) => {
  const component = new ICAL.Component(ICAL.parse(text));
  for (const zone of component.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(zone);
  const event = new ICAL.Event(component.getFirstSubcomponent("vevent"));
  return {
    starts: event.startDate.toJSDate().toISOString(), ends: event.endDate.toJSDate().toISOString(),
    uid: event.uid, sequence: event.sequence, summary: event.summary, location: event.location,
    description: event.description, method: component.getFirstPropertyValue("method"),
    status: event.component.getFirstPropertyValue("status"),
    attendees: event.attendees.map(a => a.getFirstValue()),
  };
}
"""


def _module_address() -> str:
    return "data:text/javascript;base64," + base64.b64encode(_LIBRARY.read_bytes()).decode()


def _with_node(node: str, text: str) -> Any:
    script = (
        "let all = ''; for await (const part of process.stdin) all += part;"
        "const [address, text] = JSON.parse(all);"
        f"const read = {_READ};"
        "console.log(JSON.stringify(read((await import(address)).default, text)));"
    )
    done = subprocess.run(
        [node, "--input-type=module", "-e", script],
        input=json.dumps([_module_address(), text]).encode(),
        capture_output=True,
        timeout=60,
        check=True,
        env={"TZ": _ZONE, "PATH": "/usr/bin:/bin"},
    )
    return json.loads(done.stdout)


def _with_chromium(text: str) -> Any:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        page = browser.new_context(timezone_id=_ZONE).new_page()
        script = f"async ([address, text]) => ({_READ})((await import(address)).default, text)"
        answer = page.evaluate(script, [_module_address(), text])
        browser.close()
    return answer


def read_calendar(file: bytes, *, browser: bool = False) -> Any:
    """Return what ical.js understands of the first event; in node where there is one, else in Chromium."""
    node = shutil.which("node")
    text = file.decode()
    return _with_chromium(text) if browser or node is None else _with_node(node, text)
