import session from "express-session";

const isProduction = process.env.NODE_ENV === "production";

export const sessions = session({
  name: "sid",
  secret: process.env.SESSION_SECRET,
  resave: false,
  saveUninitialized: false,
  cookie: {
    httpOnly: true,
    sameSite: "lax",
    secure: isProduction,
  },
});

/** For the admin's pages, which live under their own path. */
export const adminSessions = session({
  name: "admin.sid",
  secret: process.env.SESSION_SECRET,
  resave: false,
  saveUninitialized: false,
  cookie: { path: "/admin" },
});
