"""Servers of the tests' own, in this process: they count and record every request they get.

- ``tests.fakes.exchange``: Request, Responder
- ``tests.fakes.serving``: LoopbackServer (base of all)
- ``tests.fakes.faults``: the faults, and the plans that say which request meets which fault
- ``tests.fakes.proxy``: FaultProxy: plays the faults in front of a real server
- ``tests.fakes.recorded``: RecordedServer: what a real cluster's programs answered, word for word
- ``tests.fakes.forward``: ForwardProxy: what HTTP_PROXY and HTTPS_PROXY name
- ``tests.fakes.foreign``: ForeignTarget: a /metrics page that is not of VictoriaMetrics
"""
