from setuptools import find_packages, setup

setup(
    name="shop",
    version="1.0",
    packages=find_packages(),
    install_requires=["Pylons>=1.0", "Beaker>=1.5.4"],
    entry_points={"paste.app_factory": ["main = shop.config.middleware:make_app"]},
)
