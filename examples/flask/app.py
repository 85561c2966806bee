import os

from flask import Flask, make_response, redirect, request, session

app = Flask(__name__)
app.config.update(
    SECRET_KEY=os.environ["SECRET_KEY"],
    SESSION_COOKIE_HTTPONLY=True,
    SESSION_COOKIE_SAMESITE="Lax",
)


@app.post("/login")
def login():
    session["user"] = request.form["user"]
    response = make_response(redirect("/"))
    response.set_cookie("remember_me", request.form["token"], httponly=True)
    return response


@app.get("/")
def home():
    return f"hello {session.get('user', 'stranger')}"
