from beaker.middleware import SessionMiddleware
from paste.registry import RegistryManager
from pylons.wsgiapp import PylonsApp
from routes.middleware import RoutesMiddleware

from shop.config.environment import load_environment


def make_app(global_conf, full_stack=True, **app_conf):
    config = load_environment(global_conf, app_conf)
    app = PylonsApp(config=config)
    app = RoutesMiddleware(app, config["routes.map"], singleton=False)
    app = SessionMiddleware(app, config)
    return RegistryManager(app)
