from pyramid.authentication import AuthTktCookieHelper
from pyramid.config import Configurator
from pyramid.session import SignedCookieSessionFactory


class Security:
    def __init__(self, secret):
        self.helper = AuthTktCookieHelper(secret, http_only=True)

    def identity(self, request):
        return self.helper.identify(request)

    def remember(self, request, userid, **kw):
        return self.helper.remember(request, userid, **kw)

    def forget(self, request, **kw):
        return self.helper.forget(request, **kw)


def main(global_config, **settings):
    sessions = SignedCookieSessionFactory(settings["session.secret"], httponly=True, timeout=3600)
    with Configurator(settings=settings) as config:
        config.set_session_factory(sessions)
        config.set_security_policy(Security(settings["auth.secret"]))
        config.add_route("home", "/")
        config.scan()
    return config.make_wsgi_app()
