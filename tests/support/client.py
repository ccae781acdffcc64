"""Drive the application as a browser would: cookies, hidden fields, redirects, strict HTML."""

import tempfile
from urllib.parse import urljoin

from jinja2 import FileSystemBytecodeCache

from servicedesk.app import create_app
from servicedesk.settings import load_settings
from tests.support.html import Page

_COMPILED = FileSystemBytecodeCache(tempfile.mkdtemp(prefix="templates-"))


class Browser:
    """Be one browser without JavaScript."""

    def __init__(self, app, language="de"):
        self.client = app.test_client()
        self.headers = {"Accept-Language": language}
        self.page = None
        self.status = 0
        self.path = ""
        self.answer = None

    def get(self, path, follow=True):
        """Open an address; redirects are followed."""
        return self._take(self.client.get(path, headers=self.headers), path, follow)

    def post(self, path, data, follow=True):
        """Send values to an address."""
        return self._take(self.client.post(path, data=data, headers=self.headers), path, follow)

    def submit(self, form_id="page-form", follow=True, **values):
        """Fill in the form of the present page and send it; None leaves a field out."""
        action, filled = self.page.form(form_id)
        filled.update({name.replace("__", "-"): value for name, value in values.items()})
        data = {name: value for name, value in filled.items() if value is not None}
        return self.post(urljoin(self.path, action) if action else self.path, data, follow)

    def press(self, text, follow=True, **values):
        """Press the button with this text in whichever form holds it."""
        for form in self.page.all("form"):
            for button in form.iter("button"):
                if text in self.page.words(button):
                    data = {
                        n.get("name"): n.get("value") or ""
                        for n in form.iter("input")
                        if n.get("type") == "hidden"
                    }
                    if button.get("name"):
                        data[button.get("name")] = button.get("value") or ""
                    data.update(values)
                    address = button.get("formaction") or form.get("action") or self.path
                    return self.post(urljoin(self.path, address), data, follow)
        raise AssertionError(f"no button {text!r} on {self.path}: {self.page.words()[:400]}")

    def follow(self, text):
        """Open the link with this text."""
        for words, address in self.page.links().items():
            if text in words:
                return self.get(urljoin(self.path, address))
        raise AssertionError(f"no link {text!r} on {self.path}: {sorted(self.page.links())}")

    def _take(self, answer, path, follow):
        steps = 0
        while follow and answer.status_code in {301, 302, 303, 307, 308}:
            path = answer.headers["Location"]
            steps += 1
            assert steps < 10, f"redirects without end at {path}"
            answer = self.client.get(path, headers=self.headers)
        answer.get_data()
        answer.close()
        self.answer, self.status, self.path = answer, answer.status_code, path.split("?", 1)[0]
        self.page = (
            Page(answer.text) if answer.mimetype == "text/html" and answer.status_code != 303 else None
        )
        return self


def make_app(database, clock, data_dir, vault, **environment):
    """Make the application on a test's database, clock and vault."""
    settings = load_settings(
        {"SERVICEDESK_DATA_DIR": str(data_dir), "SERVICEDESK_LOG_LEVEL": "error", **environment}
    )
    object.__setattr__(settings, "vault", vault)
    app = create_app(settings, clock=clock, database=database)
    app.config["TESTING"] = False
    # Compiling every template anew for every test costs more than all requests together.
    app.jinja_env.bytecode_cache = _COMPILED
    return app
