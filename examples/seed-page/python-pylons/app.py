import beaker.session

session = beaker.session.Session(..., secure=True)
