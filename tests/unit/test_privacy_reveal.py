"""The way back: pseudonyms in tickets, logs, JSON, selectors and URLs become the originals, nothing else changes."""

from __future__ import annotations

import pytest

from vmexporter.core.privacy.mapping import Entry, PseudonymMap
from vmexporter.core.privacy.reveal import reveal, reveal_labels

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
    ("dir", "acme-data", "dir-4"),
    ("dir", "billing", "dir-44"),
    ("tenant", "4242", "777318225"),
    ("tenant", "7", "777000001"),
    ("fingerprint", "871CEA02A278095A", "A7D75464A0BBDFDE"),
    ("fingerprint", "e04d1c7870ed9b9b", "0123456789abcdef"),
    ("rule-id", "6667929307218984182", "3601685489981396486"),
    ("metric", "acme:rows:rate", "metric_17"),
    ("label-name", "acme_tier", "label_9"),
    ("branch", "acme-hotfix", "branch-5"),
    ("word", "ACME", "word-8"),
    ("label:arg", "acme_arg", "arg-3"),
    ("label:user", "jane", "user-2"),
    ("label:value", "x y", "value-6"),
    ("removed", "00112233445566778899aabbccddeeff", "http://user-2:<removed>@name-1/"),
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
        ("/dir-4/dir-44/dir-4.yml, dir-444", "/acme-data/billing/acme-data.yml, dir-444"),
        (r"C:\dir-4\data", r"C:\acme-data\data"),
        ("/insert/777318225:777000001/prometheus", "/insert/4242:7/prometheus"),
        ("tenant 777318225, not 7773182250 or 777318226", "tenant 4242, not 7773182250 or 777318226"),
        ("persistent-queue/1_A7D75464A0BBDFDE", "persistent-queue/1_871CEA02A278095A"),
        ("bearer_token:hash:0123456789abcdef", "bearer_token:hash:e04d1c7870ed9b9b"),
        ("bearer_token:hash:0123456789ABCDEF", "bearer_token:hash:0123456789ABCDEF"),
        ('id="3601685489981396486"', 'id="6667929307218984182"'),
        (
            'sum(rate(metric_17{label_9="x"}[5m])) by (label_9)',
            'sum(rate(acme:rows:rate{acme_tier="x"}[5m])) by (acme_tier)',
        ),
        ("metric_170 label_99", "metric_170 label_99"),
        ("vmagent-20260101-101010-heads-branch-5-0-gabcdef0", "vmagent-20260101-101010-heads-acme-hotfix-0-gabcdef0"),
        ("xword-8y the word-8's word-88", "xACMEy the ACME's word-88"),
        ("http://name-1/?arg-3=<removed>", "http://acme/?acme_arg=<removed>"),
        ("http://user-2:<removed>@name-1/", "http://jane:<removed>@acme/"),
        ('"777.777.1.1:8400","value-6",dir-4', '"10.20.30.1:8400","x y",acme-data'),
        ("q=%22777318225%22 a\\n777318225", "q=%224242%22 a\\n4242"),
        ("nothing here, not even name- or 777.777", "nothing here, not even name- or 777.777"),
        ("", ""),
    ],
)
def test_reveal(pseudonyms: PseudonymMap, text: str, expected: str) -> None:
    assert reveal(text, pseudonyms) == expected


def test_labels_are_revealed_name_and_value(pseudonyms: PseudonymMap) -> None:
    labels = [("__name__", "metric_17"), ("label_9", "customer-7"), ("job", "vmstorage-job-1"), ("le", "0.5")]
    assert list(reveal_labels(labels, pseudonyms)) == [
        ("__name__", "acme:rows:rate"),
        ("acme_tier", 'ACME "name-1"'),
        ("job", "acme-vmstorage"),
        ("le", "0.5"),
    ]
    removed = [("url", "http://user-2:<removed>@name-1/")]
    assert list(reveal_labels(removed, pseudonyms)) == [("url", "http://jane:<removed>@acme/")]


def test_a_long_text_takes_no_long_time(pseudonyms: PseudonymMap) -> None:
    hostile = "-".join(["777"] * 50_000) + ":7777" * 50_000 + "_0" * 50_000 + "777." * 50_000
    assert reveal(hostile, pseudonyms) == hostile
