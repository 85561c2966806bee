const http = require("node:http");

// Stands for an application that nobody can change any more.
const server = http.createServer((request, response) => {
  response.setHeader("Set-Cookie", ["sid=1; Path=/; HttpOnly", "cart=1; Path=/"]);
  response.end("hello");
});
server.listen(Number(process.env.PORT), "127.0.0.1", () => console.log("listening"));
