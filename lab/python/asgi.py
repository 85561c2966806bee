"""Asks an ASGI application where a WSGI one is expected."""

import asyncio


def bridge(app):
    """A WSGI application that asks an ASGI one."""

    def call(environ, start_response):
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": environ["REQUEST_METHOD"],
            "scheme": environ["wsgi.url_scheme"],
            "path": environ["PATH_INFO"],
            "raw_path": environ["PATH_INFO"].encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [(k[5:].replace("_", "-").lower().encode(), v.encode()) for k, v in environ.items() if k[:5] == "HTTP_"],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 1),
        }
        sent = []
        asked = []

        async def receive():
            if asked:
                await asyncio.Event().wait()
            asked.append(True)
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message):
            sent.append(message)

        asyncio.run(app(scope, receive, send))
        start = next(message for message in sent if message["type"] == "http.response.start")
        headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in start["headers"]]
        start_response(f"{start['status']} -", headers)
        return [message.get("body", b"") for message in sent if message["type"] == "http.response.body"]

    return call
