"""Make what the HTTP benchmarks compare; gunicorn calls these functions.

One is the smallest Flask application. The other is ours, from SERVICEDESK_* variables, with one more page that does
nothing but SELECT 1 behind everything a resident's page has in front of it.
"""

from flask import Flask
from sqlalchemy import text

from servicedesk.app import create_app
from servicedesk.settings import load_settings
from servicedesk.web.access import RESIDENT, access
from servicedesk.web.runtime import reading

SELECT_ONE = "/bench/select-one"


def make_hello() -> Flask:
    app = Flask("hello")

    @app.get("/")
    def hello() -> str:
        return "Hello, world!"

    return app


def make_app() -> Flask:
    app = create_app(load_settings())

    @app.get(SELECT_ONE)
    @access(RESIDENT)
    def select_one() -> str:
        with reading() as session:
            return str(session.execute(text("SELECT 1")).scalar_one())

    return app
