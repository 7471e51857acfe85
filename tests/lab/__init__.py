"""The test lab: real servers on loopback addresses, started for a test and gone after it.

- ``tests.lab.processes``: Server (base of all), Address, free_address, free_network, LabError
- ``tests.lab.programs``: find_program, find_cluster_program
- ``tests.lab.asking``: ask, Reply, basic_auth, bearer_auth, wait_until
- ``tests.lab.lines``: line, samples_by_series, cluster_lines: known data in the export format
- ``tests.lab.victoria``: VictoriaMetrics (single node)
- ``tests.lab.gateways``: VmAuth, Nginx, Location, usual_vmauth_config
- ``tests.lab.certificates``: CertificateAuthority, Certificate
- ``tests.lab.scraping``: Job, scrape_config, Prometheus, VmAgent
- ``tests.lab.cluster``: Cluster (two vmstorage, vminsert, vmselect)
- ``tests.lab.tenants``: TenantSite: a cluster's tenants, real or as single nodes behind an nginx
- ``tests.lab.family``: Program, lines_of, in_range: known data of VictoriaMetrics programs
- ``tests.lab.commandline``: run, run_here, start, Bundle: the command line, and what it left behind
- ``tests.lab.private_search``, ``spellings``: PrivateSearch, found_in: private strings in any byte and spelling
- ``tests.lab.private_export``: export, Exported: an export and the search of all it left
- ``tests.lab.canaries``, ``canary_*``: Canaries, CanarySite, recordings: private words planted in real programs
- ``tests.lab.answers``: instant, over_time, differences, Originals: the same question to two servers
- ``tests.lab.memory``: copies: what stands in the memory of another process
- ``tests.lab.disks``: SmallDisk: a disk that is full, or read-only, when a test says so
- ``tests.lab.hosts``: ManyHosts: a vmagent that scrapes VictoriaMetrics programs and a foreign one

Every server is a context manager; the fixtures of conftest.py do the ``with`` for you. Programs are looked for in
``VMEXPORTER_TEST_<NAME>``, on PATH, in /usr/bin and /usr/sbin; a missing one fails the test. Cluster programs come from
the folder that ``VMEXPORTER_TEST_CLUSTER_BIN`` names; without it those tests are skipped.
"""
