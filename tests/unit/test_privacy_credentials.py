"""Secrets that show by their shape go from any text, and nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.places import PLACES
from tests.policies import KEY, policy
from vmexporter.core.privacy.credentials import without_secrets
from vmexporter.core.privacy.flags import value_without_secrets
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.request import ObfuscationChoice

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhY21lIn0.c2lnbmF0dXJlLXMzY3JldA"  # no token of anybody
SHAPES = [
    (JWT, "<removed>"),
    (f"x {JWT} y", "x <removed> y"),
    ("AKIAIOSFODNN7EXAMPLE", "<removed>"),
    ("key ASIAIOSFODNN7EXAMPLE,", "key <removed>,"),
    ("AIza" + "S3CRET" * 6, "<removed>"),
    ("ya29.S3CRETS3CRETS3", "<removed>"),
    ("ghp_" + "S3CRET" * 6, "<removed>"),
    ("github_pat_" + "S3CRET" * 6, "<removed>"),
    ("glpat-" + "S3CRET" * 3, "<removed>"),
    ("xoxb-" + "S3CRET" * 3, "<removed>"),
    ("hvs." + "S3CRET" * 4, "<removed>"),
    ("npm_" + "S3CRET" * 4, "<removed>"),
    ("-----BEGIN RSA PRIVATE KEY-----\nS3CRET\n-----END RSA PRIVATE KEY-----", "<removed>"),
    ("a\n-----BEGIN CERTIFICATE-----\nS3CRET", "a\n<removed>"),
    ("Authorization: Bearer S3CRETS", "Authorization: Bearer <removed>"),
    ("Authorization: Basic dXNlcjpTM0NSRVQ=", "Authorization: Basic <removed>"),
    ("bearer S3CRET", "bearer <removed>"),
    ("password=S3CRET", "password=<removed>"),
    ("Password: S3CRET, x", "Password: <removed>, x"),
    ('{"password": "S3CRET, x"}', '{"password": <removed>}'),
    ("PG_PASSWORD=S3CRET", "PG_PASSWORD=<removed>"),
    ("my_passwd='S3 CRET'", "my_passwd=<removed>"),
    ("x_token=S3CRET&y=1", "x_token=<removed>&y=1"),
    ("api-key: S3CRET", "api-key: <removed>"),
    ("secret_key=S3CRET;x", "secret_key=<removed>;x"),
    ("client_secret = S3CRET", "client_secret = <removed>"),
    ("acme.secret:S3CRET", "acme.secret:<removed>"),
]


@pytest.mark.parametrize(("text", "after"), SHAPES)
def test_secrets_by_shape(text: str, after: str) -> None:
    assert without_secrets(text) == after
    assert without_secrets(after) == after


@pytest.mark.parametrize(
    "text",
    [
        "",
        "acme",
        "bearer",
        "basic-auth",
        "bearer_token:hash:E04D1C7870ED9B9B",
        "password=secret",
        'password=""',
        "token=<removed>",
        "http://h/insert/0/prometheus",
        "compass=north",
        "tokens=5",
        "vmagent-20260101-101010-tags-v1.150.0-0-gabcdef0123",
        "eyJ",
        "AKIA",
        "-----BEGIN",
        "the secret of success",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert without_secrets(text) == text
    assert value_without_secrets(text) == text


@given(st.text(max_size=40) | st.sampled_from([text for text, _ in SHAPES]), st.text(max_size=5))
def test_removing_twice_is_removing_once(text: str, around: str) -> None:
    once = without_secrets(around + text)
    assert without_secrets(once) == once


@pytest.mark.parametrize("level", ["support", "strict", "none"])
@pytest.mark.parametrize("secret", [text for text, after in SHAPES if text != after])
def test_they_go_from_every_label_at_every_level_and_never_into_the_map(level: str, secret: str) -> None:
    known = PseudonymMap(KEY)
    tested = policy(ObfuscationChoice.model_validate({"level": level, "keep_labels": ("zone",)}), known)
    for metric, label in (*PLACES.values(), ("up", "zone"), ("up", "acme_custom"), ("flag", "value")):
        found = tested.rewrite_value(label, f"acme {secret}", metric) or ""
        assert "<removed" in found
        for hidden in ("S3CRET", "S3 CRET", JWT, "IOSFODNN7EXAMPLE", "dXNlcjpTM0NSRVQ"):
            assert hidden not in found + known.to_json()


URLS = [
    "http://u:S3CRET@h/",
    "1:https://S3CRET@h/",
    "//u:S3CRET@h/x",
    "u:S3CRET@h",
    "h/x?token=S3CRET",
    "/x?y=S3CRET",
    "10.1.2.3:80?x=S3CRET",
    "[fd12::1]?x=S3CRET",
    "http://h/#S3CRET",
    "x=http://u:S3CRET@h",
    "vmagent-http://u:S3CRET@h",
]


@pytest.mark.parametrize("value", URLS)
@pytest.mark.parametrize("kind", sorted(PLACES))
def test_what_a_url_can_hold_is_removed_whatever_the_label(kind: str, value: str) -> None:
    known = PseudonymMap(KEY)
    metric, label = PLACES[kind]
    for level in ("support", "none"):
        tested = policy(ObfuscationChoice.model_validate({"level": level}), known)
        found = tested.rewrite_value(label, value, metric) or ""
        assert "<removed" in found
        assert "S3CRET" not in found + known.to_json()


def test_values_that_differ_in_a_secret_alone_stay_apart_in_every_label() -> None:
    known = PseudonymMap(KEY)
    tested = policy(pseudonyms=known)
    for kind, (metric, label) in PLACES.items():
        values = [f"token=S3CRET{n}" for n in range(5)] + [f"http://u:S3CRET{n}@h/?x=S3CRET{n}" for n in range(5)]
        found = [tested.rewrite_value(label, value, metric) for value in values]
        assert len(set(found)) == len(values), kind
        assert "S3CRET" not in str(found) + known.to_json()
