from setuptools import setup

setup(
    name="shop",
    version="1.0",
    packages=["shop"],
    install_requires=["pyramid==2.0.2", "waitress"],
    entry_points={"paste.app_factory": ["main = shop:main"]},
)
