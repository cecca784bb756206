"""Serve the front end's own files and the few files of its packages that the page loads."""

import base64
import hashlib
import mimetypes
import re
from pathlib import Path
from typing import Final

from flask import Blueprint, Response, abort, send_from_directory

FRONTEND: Final = Path(__file__).resolve().parents[1] / "frontend"
SERVED: Final = re.compile(
    r"(src|css)/([\w-]+/)*[\w-]+\.(js|css)"
    r"|icon\.svg"
    r"|node_modules/lightweight-charts/dist/lightweight-charts\.standalone\.production\.mjs"
    r"|node_modules/socket\.io-client/dist/socket\.io\.esm\.min\.js"
    r"|node_modules/@fontsource-variable/inter/files/[\w-]+\.woff2"
    r"|node_modules/(lightweight-charts|socket\.io-client|@fontsource-variable/inter)/(LICENSE|NOTICE)"
)
TYPES: Final = {
    ".mjs": "text/javascript",
    ".js": "text/javascript",
    ".css": "text/css",
    ".woff2": "font/woff2",
    "": "text/plain",
}


def import_map() -> str:
    """Return the import map exactly as it stands in the page."""
    return (FRONTEND / "importmap.json").read_text(encoding="utf-8").strip()


def content_hash(inline: str) -> str:
    """Return the source expression by which a content security policy allows an inline script."""
    digest = hashlib.sha256(inline.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def blueprint() -> Blueprint:
    """Return `/static/`; browsers keep files and ask whether they changed."""
    assets = Blueprint("assets", __name__)

    @assets.get("/static/<path:name>")
    def static_file(name: str) -> Response:
        if not SERVED.fullmatch(name):
            abort(404)
        suffix = Path(name).suffix
        kind = TYPES.get(suffix) or mimetypes.types_map.get(suffix, "application/octet-stream")
        response = send_from_directory(FRONTEND, name, mimetype=kind, conditional=True)
        response.headers["Cache-Control"] = "no-cache"
        return response

    return assets
