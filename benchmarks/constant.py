"""The limit: a server that answers a constant 43-byte GIF and stores nothing.

granian --interface asgi benchmarks.constant:app
"""

import base64

GIF = base64.b64decode("R0lGODlhAQABAIAAAP///wAAACH5BAEAAAAALAAAAAABAAEAAAICRAEAOw==")
START = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"image/gif"), (b"content-length", b"43")],
}
BODY = {"type": "http.response.body", "body": GIF}


async def app(scope, receive, send):
    """ASGI 3."""
    if scope["type"] == "lifespan":
        await receive()
        return await send({"type": "lifespan.startup.complete"})
    await send(START)
    await send(BODY)
