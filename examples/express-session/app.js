import express from "express";
import { adminSessions, sessions } from "./session.js";

const app = express();

app.use(sessions);
app.use("/admin", adminSessions);

app.get("/", (req, res) => {
  req.session.visits = (req.session.visits ?? 0) + 1;
  res.cookie("theme", req.query.theme ?? "light", { maxAge: 31536000000 });
  res.send(`visit ${req.session.visits}`);
});

app.listen(process.env.PORT ?? 3000);
