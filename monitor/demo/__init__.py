"""The demonstration: a made-up week of news on a synthetic web of the six sources, served on loopback."""

from monitor.demo.server import Served, serve
from monitor.demo.web import DemoWeb

__all__ = ["DemoWeb", "Served", "serve"]
