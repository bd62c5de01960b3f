"""Small pages that the server makes itself: signing in, a missing viewer, the interface's documentation.

They load nothing, run nothing, and carry one style whose hash stands in their content security policy.
"""

from __future__ import annotations

import base64
import hashlib
from html import escape

from starlette.responses import HTMLResponse

STYLE = """
body{font:14px/1.5 system-ui,sans-serif;background:#0e1014;color:#d7dce5;
max-width:62rem;margin:3rem auto;padding:0 1rem}
h1{font-size:1.3rem}h2{font-size:1rem;margin:2rem 0 .3rem}a{color:#4da3ff}code,pre{font:12px/1.5 ui-monospace,monospace}
pre{background:#15181e;border:1px solid #2b313c;border-radius:6px;padding:.6rem;overflow:auto}
summary{cursor:pointer;padding:.25rem 0}details{border-bottom:1px solid #2b313c}
table{border-collapse:collapse}td,th{text-align:left;vertical-align:top;padding:.15rem .8rem .15rem 0}
input,button{font:inherit;color:inherit;background:#1c2028;border:1px solid #2b313c;
border-radius:6px;padding:.4rem .7rem}
button{background:#4da3ff;color:#0e1014;cursor:pointer}.bad{color:#f5a524}.dim{color:#8b94a5}
.verb{display:inline-block;width:4.5rem}
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def page(title: str, body: str, *, status: int = 200, head: str = "") -> HTMLResponse:
    """Return a page.

    Args:
        title: Plain text.
        body: HTML; whoever makes it escapes what others wrote.
        status: HTTP status.
        head: More HTML for the head.
    """
    html = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width">{head}<style>{STYLE}</style></head>'
        f"<body><h1>{escape(title)}</h1>{body}</body></html>"
    )
    return HTMLResponse(html, status, {"Content-Security-Policy": POLICY, "Cache-Control": "no-store"})


def sign_in(
    path: str, *, has_password: bool, said: str = "", is_cross_site: bool = False, status: int = 401
) -> HTMLResponse:
    """Return the page for people whom the server does not know yet.

    Args:
        path: Where they wanted to go.
        has_password: Whether this workspace has one; otherwise only the printed address helps.
        said: What was wrong with the last try.
        is_cross_site: The person came by a link on another site: a strict cookie stays at home on such a journey, so
            the page goes on to the same place once, by itself.
        status: HTTP status.
    """
    head = f'<meta http-equiv="refresh" content="0;url={escape(path, quote=True)}">' if is_cross_site else ""
    wrong = f'<p class="bad">{escape(said)}</p>' if said else ""
    form = (
        '<form method="post" action="/login"><p><label>Password '
        '<input type="password" name="password" autocomplete="current-password" required autofocus></label> '
        f'<input type="hidden" name="next" value="{escape(path, quote=True)}"><button>Sign in</button></p></form>'
    )
    hint = (
        "<p>Open the address that <code>geo3d serve</code> printed: it carries the token that opens this workspace.</p>"
    )
    return page("geo3d: who is there?", wrong + (form if has_password else "") + hint, status=status, head=head)
