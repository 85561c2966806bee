const { readFileSync } = require("node:fs");
const https = require("node:https");
const express = require("express");
const session = require("express-session");

const app = express();
app.use(session({ secret: "throw-away", resave: false, saveUninitialized: true }));
app.get("/", (request, response) => {
  response.cookie("cart", "1");
  response.send("hello");
});

const { KEY, CERT, PORT } = process.env;
const server = https.createServer({ key: readFileSync(KEY), cert: readFileSync(CERT) }, app);
server.listen(Number(PORT), "127.0.0.1", () => console.log("listening"));
