import os
from wsgiref.simple_server import make_server

from wsgi import application

server = make_server("127.0.0.1", int(os.environ["PORT"]), application)
print("listening", flush=True)
server.serve_forever()
