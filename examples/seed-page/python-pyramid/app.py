import pyramid.session

session = pyramid.session.SignedCookieSessionFactory(..., secure=True)
