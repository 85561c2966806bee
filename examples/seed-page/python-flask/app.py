import os

from flask import Flask, session

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]
app.config["SESSION_COOKIE_SECURE"] = True


@app.get("/")
def home():
    session["visits"] = session.get("visits", 0) + 1
    return str(session["visits"])
