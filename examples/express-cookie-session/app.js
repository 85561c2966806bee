const express = require("express");
const session = require("cookie-session");

const app = express();

app.use(
  session({
    name: "shop",
    keys: [process.env.SESSION_KEY],
    maxAge: 24 * 60 * 60 * 1000,
    cookie: {
      secure: true,
      httpOnly: true,
    },
  }),
);

app.post("/login", express.urlencoded({ extended: false }), (req, res) => {
  req.session.user = req.body.user;
  res.cookie("remember_me", req.body.token, { httpOnly: true });
  res.redirect("/");
});

app.post("/logout", (req, res) => {
  req.session = null;
  res.clearCookie("remember_me");
  res.redirect("/");
});

app.listen(process.env.PORT || 3000);
