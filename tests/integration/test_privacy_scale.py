"""Many hosts: pseudonyms stay distinct and can be parsed, in bounded memory; no address tells where it was.

The labels go through the policy as they do in an export; what is measured stands in the report of ``--junit-xml``.
"""

from __future__ import annotations

import ipaddress
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from tests.policies import policy
from vmexporter.core.privacy.mapping import PseudonymMap

SUBNETS, HOSTS = 250, 280
MANY = 1_000_000
MANY_MEMORY_MB = 500
"""Of a whole process with a million hosts: about 0.3 kB for each, both ways."""
PSEUDONYM = re.compile(r"777\.(\d{3,4})\.(\d+)\.(\d+):8482")


def label_part(instance: str) -> bytes:
    return b'{"metric":{"__name__":"up","job":"acme-vmstorage","instance":"' + instance.encode() + b'"}'


def instance_of(part: bytes) -> str:
    return part.decode().partition('"instance":"')[2].partition('"')[0]


def test_seventy_thousand_instances_of_many_subnets() -> None:
    """Distinct, of the documented form, hosts of one /24 together and of two /24 apart."""
    pseudonyms = PseudonymMap(bytes(range(32)))
    labels = policy(pseudonyms=pseudonyms)
    originals = [f"10.{subnet // 16}.{host // 140 + 2 * (subnet % 16)}.{host % 140}" for subnet, host in pairs()]
    found = {original: instance_of(labels.rewrite(label_part(f"{original}:8482"))) for original in originals}
    assert len(set(originals)) == len(set(found.values())) == SUBNETS * HOSTS
    subnets: dict[str, set[tuple[str, str]]] = {}
    for original, pseudonym in found.items():
        parsed = PSEUDONYM.fullmatch(pseudonym)
        assert parsed, pseudonym
        subnets.setdefault(original.rpartition(".")[0], set()).add((parsed[1], parsed[2]))
    assert {len(places) for places in subnets.values()} == {1}
    assert len({place for [place] in subnets.values()}) == len(subnets) == 2 * SUBNETS
    again = policy(pseudonyms=PseudonymMap.from_json(pseudonyms.to_json()))
    assert all(instance_of(again.rewrite(label_part(f"{text}:8482"))) == found[text] for text in originals[::997])


def pairs() -> Iterator[tuple[int, int]]:
    return ((subnet, host) for subnet in range(SUBNETS) for host in range(HOSTS))


def test_a_full_subnet_and_many_of_ipv6() -> None:
    """All 256 addresses of a /24, and 20,000 of 200 /64, which stay addresses that can be read."""
    labels = policy()
    full = {instance_of(labels.rewrite(label_part(f"10.83.7.{host}:8482"))) for host in range(256)}
    assert len(full) == 256
    found = Counter(
        instance_of(labels.rewrite(label_part(f"[fd83:7a11:5:{subnet:x}::{host:x}]:8482")))
        for subnet in range(1, 201)
        for host in range(1, 101)
    )
    assert len(found) == 20_000
    groups = {ipaddress.IPv6Address(text[1:].partition("]")[0]).exploded[:34] for text in found}
    assert len(groups) == 200


MILLION = """
import time
from pathlib import Path
from tests.integration.test_privacy_scale import instance_of, label_part
from tests.policies import policy
from vmexporter.core.privacy.mapping import PseudonymMap

pseudonyms = PseudonymMap(bytes(range(32)))
labels, found, start_s = policy(pseudonyms=pseudonyms), set(), time.monotonic()
for number in range({many}):
    found.add(hash(instance_of(labels.rewrite(label_part(host(number))))))
assert len(found) == {many} and len(pseudonyms) >= {many}, (len(found), len(pseudonyms))
del found
status = Path("/proc/self/status").read_text()  # of this program alone, whose parent may have been larger
peak_mb = int(status.split("VmHWM:")[1].split()[0]) // 1024
print(f"{many} hosts: {{peak_mb}} MB, {{time.monotonic() - start_s:.1f}} s")
"""
HOSTS_OF_MILLION = {
    "addresses": 'def host(n): return f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}:8482"\n',
    "names": 'def host(n): return f"vmstorage-qzx{n:x}.corp.example:8482"\n',
}


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("what", HOSTS_OF_MILLION)
def test_a_million_hosts(what: str, record_property: Callable[[str, object], None]) -> None:
    """No two of them become one, and the memory of the process that did it stays within bounds."""
    program = HOSTS_OF_MILLION[what] + MILLION.format(many=MANY)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=580)
    assert done.returncode == 0, done.stderr
    record_property("measured", done.stdout.strip())
    peak_mb = int(re.findall(r"(\d+) MB", done.stdout)[0])
    assert peak_mb < MANY_MEMORY_MB, done.stdout
