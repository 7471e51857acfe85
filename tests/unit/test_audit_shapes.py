"""Shapes that no pseudonym has: found wherever they stand, and not seen where there are none."""

from __future__ import annotations

import pytest

from vmexporter.core.privacy.auditing.shapes import private_shapes, secret_shapes

PSEUDONYMS = frozenset({"7777:7777::1:1", "777.777.1.1", "user-2"})


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("10.1.2.3", "ipv4"),
        ("x10.1.2.3y", "ipv4"),
        ("ip-10-1-2-3", "ipv4"),
        ("10_1_2_3", "ipv4"),
        ("127.0.0.11:80", "ipv4"),
        ("1.10.1.2.3", "ipv4"),
        ("fd12::beef", "ipv6"),
        ("[fd12:3456:789a::1]:8482", "ipv6"),
        ("xfd12::1:99", "ipv6"),
        ("fe80::1%eth0", "ipv6"),
        ("7777:7777::1:2", "ipv6"),
        ("::ffff:10.1.2.3", "ipv4"),
        ("jane@acme.example", "email"),
        ("http://jane@name-1/", "url-user"),
    ],
)
def test_private_shapes(text: str, kind: str) -> None:
    assert kind in set(private_shapes(text, PSEUDONYMS.__contains__))


@pytest.mark.parametrize(
    "text",
    [
        "777.777.1.1",
        "777.777.1.1:8428",
        "[7777:7777::1:1]:80",
        "7777:7777::1:1:8482",
        "0.0.0.0:8428",
        "127.0.0.1:8428",
        "[::]:8428",
        "[::1]:8428",
        "12:34:56",
        "2026-11-23T15:09:23.206Z",
        "std::vector",
        "acme:rows:rate",
        "v1.150.0",
        "1.000e+01...1.136e+01",
        "20260821-150511-tags-v1.150.0",
        "user-2@name-1.example",
        "http://user-2:<removed>@name-1/",
        "http://<removed-7>@name-1/",
        "bearer_token:hash:FEAB50F0C10C2BCA",
        "300.1.2.3",
    ],
)
def test_no_private_shape(text: str) -> None:
    assert list(private_shapes(text, PSEUDONYMS.__contains__)) == []


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("http://jane:hunter2@name-1/", "url-password"),
        ("http://:hunter2@name-1/", "url-password"),
        ("http://name-1/?authKey=hunter2", "url-secret"),
        ("http://name-1/?a=b&access_token=hunter2", "url-secret"),
        ("eyJhbGciOi.eyJzdWIiOiIx.sig", "jwt"),
        ("-----BEGIN RSA PRIVATE KEY-----", "pem"),
        ("AKIA" + "Z" * 16, "cloud-key"),
        ("ASIA" + "Z" * 16, "cloud-key"),
        ("AIza" + "z" * 35, "cloud-key"),
        ("ghp_" + "z" * 36, "api-key"),
        ("gho_" + "z" * 36, "api-key"),
        ("github_pat_" + "z" * 36, "api-key"),
        ("glpat-" + "z" * 20, "api-key"),
        ("xoxb-" + "1" * 20, "api-key"),
        ("sk-" + "z" * 20, "api-key"),
        ("hvs." + "z" * 20, "api-key"),
        ("Authorization: Bearer abc.def123", "authorization"),
        ("Basic dXNlcjpwYXNz", "authorization"),
    ],
)
def test_secret_shapes(text: str, kind: str) -> None:
    assert kind in set(secret_shapes(text))
    assert kind in set(secret_shapes(f"before\n{text}\nafter"))


@pytest.mark.parametrize(
    "text",
    [
        "http://user-2:<removed>@name-1/?authKey=<removed>&match[]=<removed-3>",
        "http://user-2:xxxxx@name-1/",
        "http://user-2@name-1/",
        "Authorization: Bearer <removed>",
        "task-1 disk-full-of-samples",
        "the basic idea",
        "name-1/?limit=5",
    ],
)
def test_no_secret_shape(text: str) -> None:
    assert list(secret_shapes(text)) == []


def test_long_texts_take_no_time() -> None:
    for text in ("a" * 300_000, "f:" * 100_000, "1." * 100_000, "a.b" * 100_000 + "@", "://" * 100_000, ":" * 200_000):
        list(private_shapes(text, PSEUDONYMS.__contains__))
        list(secret_shapes(text))
