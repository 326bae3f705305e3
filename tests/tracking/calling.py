"""Requests to the collector without a socket: the ASGI application as it is, the inbox as it is."""

import asyncio

import httpx

from tracking import collector

AGENT = {"user-agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}

# What a browser sends when a person follows a link.
BROWSER = AGENT | {"accept": "text/html,*/*;q=0.8", "accept-language": "pt-PT", "sec-fetch-mode": "navigate"}


def call(*requests):
    """Send requests, all at once, to the application; (method, path, options) each. Their responses."""

    async def send():
        transport = httpx.ASGITransport(app=collector.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://testserver", headers=AGENT) as client:
            try:
                return await asyncio.gather(*(client.request(m, path, **options) for m, path, options in requests))
            finally:
                await collector.writer.stop()  # before its loop ends

    return asyncio.run(send())


def get(path, **options):
    """One GET."""
    return call(("GET", path, options))[0]


def path_of(url):
    """The path of an address of ours."""
    return url.removeprefix("http://127.0.0.1:8000")
