"""The way back: pseudonyms in tickets, logs, JSON, selectors and URLs become the originals, nothing else changes."""

from __future__ import annotations

import pytest

from vmexporter.core.privacy.mapping import Entry, PseudonymMap
from vmexporter.core.privacy.reveal import reveal

ENTRIES = [
    ("ipv4", "10.20.30.1", "777.777.1.1"),
    ("ipv4", "10.20.30.12", "777.777.1.12"),
    ("ipv6", "fd12::1", "7777:7777::1:1"),
    ("ipv6", "fd12::2", "7777:7777::1:1a"),
    ("ipv6", "FD12::1", "7777:7777:4::1:1"),
    ("job", "acme-vmstorage", "vmstorage-job-1"),
    ("job", "acme", "job-1"),
    ("name", "acme", "name-1"),
    ("name", "web-name-1", "name-2"),
    ("label:name", "queue", "name-3"),
    ("label:customer", 'ACME "name-1"', "customer-7"),
    ("label:vm_account_id", "4242", "vm_account_id-5"),
]


@pytest.fixture
def pseudonyms() -> PseudonymMap:
    filled = PseudonymMap(bytes(32))
    for entry in ENTRIES:
        filled.add(Entry(*entry))
    return filled


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("vmstorage-job-1 on 777.777.1.1 is slow.", "acme-vmstorage on 10.20.30.1 is slow."),
        ("vmstorage-job-10, vmstorage-job-1; job-1!", "vmstorage-job-10, acme-vmstorage; acme!"),
        ("xvmstorage-job-1 vmstorage-job-1x", "xvmstorage-job-1 vmstorage-job-1x"),
        ("see 777.777.1.12. And 777.777.1.1.", "see 10.20.30.12. And 10.20.30.1."),
        (
            "777.777.1.13 1777.777.1.1 777.777.1.1.5 777.777.1.1x",
            "777.777.1.13 1777.777.1.1 777.777.1.1.5 777.777.1.1x",
        ),
        ("777.777.1.1:8482,777.777.1.12:8482", "10.20.30.1:8482,10.20.30.12:8482"),
        ("[7777:7777::1:1]:8482", "[fd12::1]:8482"),
        ("7777:7777::1:1:8482 7777:7777::1:1a", "fd12::1:8482 fd12::2"),
        ("7777:7777:4::1:1%name-1", "FD12::1%acme"),
        ("7777:7777::1:1b ::ffff:777.777.1.1", "7777:7777::1:1b ::ffff:10.20.30.1"),
        ("name-1-vmstorage-0.vmstorage.name-2.svc:80", "acme-vmstorage-0.vmstorage.web-name-1.svc:80"),
        ("vminsert-name-2 vmagent_name-1 name-1-7", "vminsert-web-name-1 vmagent_acme acme-7"),
        ("name-3 name-33 name-9", "queue name-33 name-9"),
        ("ip-777-777-1-12.name-1 and 777_777_1_1", "ip-10-20-30-12.acme and 10_20_30_1"),
        ("name-1-777-777-1-1-5", "acme-10-20-30-1-5"),
        ("http://user-9:<removed>@name-1:80/name-2", "http://user-9:<removed>@acme:80/web-name-1"),
        ('customer="customer-7"', 'customer="ACME "name-1""'),
        ("vm_account_id-5 (customer-7's)", 'vm_account_id-5 (ACME "name-1"\'s)'.replace("vm_account_id-5", "4242")),
        (r'instance=~"777\.777\.1\.1:.*"', r'instance=~"10\.20\.30\.1:.*"'),
        (r'"expr":"instance=~\"777\\.777\\.1\\.1:.*\""', r'"expr":"instance=~\"10\\.20\\.30\\.1:.*\""'),
        (r'{"error":"a\nname-1 b\t777.777.1.1\u0022job-1"}', r'{"error":"a\nacme b\t10.20.30.1\u0022acme"}'),
        (
            "q=%7Bjob%3D%22vmstorage-job-1%22%2C%22777.777.1.1%3A80",
            "q=%7Bjob%3D%22acme-vmstorage%22%2C%2210.20.30.1%3A80",
        ),
        (r"C:\name-1", r"C:\acme"),
        ("日本name-1日本", "日本acme日本"),
        ("--job-1--", "--acme--"),
        ("nothing here, not even name- or 777.777", "nothing here, not even name- or 777.777"),
        ("", ""),
    ],
)
def test_reveal(pseudonyms: PseudonymMap, text: str, expected: str) -> None:
    assert reveal(text, pseudonyms) == expected


def test_a_long_text_takes_no_long_time(pseudonyms: PseudonymMap) -> None:
    hostile = "-".join(["777"] * 50_000) + ":7777" * 50_000 + "_0" * 50_000 + "777." * 50_000
    assert reveal(hostile, pseudonyms) == hostile
