"""Takes the metrics of VictoriaMetrics' own components out of a server, hides private labels, packs a ZIP for support.

Nothing is imported here, so that reading the version costs nothing.
"""

__version__ = "0.1.0"
