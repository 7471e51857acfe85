"""Values of flags: by type and kind, element by element, with the quoting kept; what can be a secret goes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.places import FLAG, FLAGS
from tests.policies import KEY, catalogue, policy
from vmexporter.core.privacy.flags import Known, flag_without_secrets, split_list, value_without_secrets
from vmexporter.core.privacy.mapping import PseudonymMap
from vmexporter.core.privacy.policy import LabelPolicy
from vmexporter.core.privacy.pseudonyms import Pseudonyms
from vmexporter.core.request import ObfuscationChoice


def rewritten(tested: LabelPolicy, flag: str, value: str) -> str:
    return tested.rewrite_value("value", value, FLAG, flag=flag) or ""


EXAMPLES = [
    ("bucket_url", "s3://acme/backups/data", "s3://name-#/dir-#/data"),
    ("bucket_url", "fs:///mnt/acme", "fs:///dir-#/dir-#"),
    ("credential", "S3CRET", "<removed>"),
    ("credential", "file:///etc/S3CRET", "<removed>"),
    ("credential", "secret", "secret"),
    ("credential_possible", "Authorization: Bearer S3CRET", "Authorization: <removed>"),
    ("credential_possible", "X-S3CRET: S3CRET", "<removed>"),
    ("credential_possible", "S3CRET", "<removed>"),
    ("fs_path", "/mnt/acme/vmstorage", "/dir-#/dir-#/vmstorage"),
    ("fs_path", "vmstorage-data", "vmstorage-data"),
    ("host", "vm.acme.example", "name-#.name-#.example"),
    ("host_list", "10.20.0.5:8400,vmstorage-1.prod.acme.internal:8400",
     "777.777.#.#:8400,vmstorage-1.name-#.name-#.internal:8400"),
    ("host_list", "file:/etc/acme/nodes.txt", "file:/dir-#/dir-#/dir-#.txt"),
    ("host_list", "srv+acme.internal", "srv+name-#.internal"),
    ("host_list", "[fd12::1]:8400,[fd12::2]:8400", "[7777:7777::*:*]:8400,[7777:7777::*:*]:8400"),
    ("identity", "jane", "user-#"),
    ("identity", "jane@acme.com", "user-#@name-#.com"),
    ("label_names_or_values", "datacenter=acme-1", "datacenter=datacenter-#"),
    ("label_names_or_values", "acme_tier=gold,datacenter=acme-1", "label_#=label-#,datacenter=datacenter-#"),
    ("label_names_or_values", "env=prod", "env=prod"),
    ("label_names_or_values", "instance=10.1.2.3:80", "instance=777.777.#.#:80"),
    ("listen_addr", ":8428", ":8428"),
    ("listen_addr", "0.0.0.0:8429,127.0.0.1:8428", "0.0.0.0:8429,127.0.0.1:8428"),
    ("listen_addr", ":8428,10.20.0.5:8428", ":8428,777.777.#.#:8428"),
    ("location_or_service", "eu-central-1", "eu-central-1"),
    ("location_or_service", "acme-region", "value-#"),
    ("name_or_free_text", "acme", "value-#"),
    ("name_or_free_text", "false", "false"),
    ("safe_by_type", "16", "16"),
    ("safe_by_type", "acme", "value-#"),
    ("safe_by_value_shape", "90d", "90d"),
    ("safe_by_value_shape", "1.5GiB", "1.5GiB"),
    ("safe_by_value_shape", "100KB", "100KB"),
    ("safe_by_value_shape", "1h30m", "1h30m"),
    ("safe_by_value_shape", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
    ("safe_by_value_shape", "acme", "value-#"),
    ("unknown", "acme", "value-#"),
    ("unknown", "12,30s,true", "12,30s,true"),
    ("unknown", "10.1.2.3:8428", "777.777.#.#:8428"),
    ("unknown", "http://u:S3CRET@acme:80/x", "http://user-#:<removed>@name-#:80/dir-#"),
    ("unknown", "/acme/data", "/dir-#/data"),
    ("unknown", "12345678901234567890", "value-#"),
    ("url_or_path", "http://a:1/x,https://u:S3CRET@b:2/insert/4242:7/prometheus?token=S3CRET",
     "http://name-#:1/dir-#,https://user-#:<removed>@name-#:2/insert/777#:777#/prometheus?token=<removed>"),
    ("url_or_path", "http://u:S3CRET@[fd83:7a11:5:4b::1a]:8428/x?token=S3CRET,https://u:S3CRET@h.example:8480/",
     "http://user-#:<removed>@[7777:7777::*:*]:8428/dir-#?token=<removed>,https://user-#:<removed>@name-#.example:8480/"),
    ("url_or_path", '"http://acme/,b"', '"http://name-#/dir-#"'),
    ("url_or_path", '"http://a:1/x?match={a=\\"S3CRET\\"}",http://b:2/',
     '"http://name-#:1/dir-#?match=<removed>",http://name-#:2/'),
    ("url_or_path", "'http://acme/,b',c", "'http://name-#/dir-#',dir-#"),
    ("url_or_path", "", ""),
    ("url_or_path", "secret", "secret"),
    ("url_or_path", ",,", ",,"),
    ("url_or_path", '"",secret', '"",secret'),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "value", "after"), EXAMPLES)
def test_examples(kind: str, value: str, after: str) -> None:
    known = PseudonymMap(KEY)
    tested = policy(pseudonyms=known)
    found = rewritten(tested, FLAGS[kind], value)
    escaped = re.escape(after).replace(r"\#", r"\d+").replace(r"\*", "[0-9a-f]+")
    assert re.fullmatch(escaped, found), found
    assert "S3CRET" not in found + known.to_json()
    assert rewritten(tested, FLAGS[kind], value) == found


def test_compiled_in_defaults_stay() -> None:
    tested = policy()
    for name, flag in catalogue().flags.items():
        if flag.default and flag.kind != "credential":
            assert rewritten(tested, name, flag.default) == flag.default


def test_no_flag_at_all_lets_a_private_word_through() -> None:
    for name in (*catalogue().flags, "acme.unknownFlag", ""):
        known = PseudonymMap(KEY)
        tested = policy(pseudonyms=known)
        for value in (
            "qzx",
            '"qzx,{\\"qzx\\"}",qzx',
            "http://qzx:S3CRET@qzx/qzx?x=S3CRET",
            "qzx=qzx",
            "qzx: S3CRET",
            "'qzx",
        ):
            found = rewritten(tested, name, value)
            assert "qzx" not in found and "S3CRET" not in found, name
        credential = name in catalogue().flags and catalogue().flags[name].kind == "credential"
        assert not (credential and len(known) > 8), "removed, so not in the map"


BROKEN = [
    '"http://u:S3CRET@a:1/\\x"',
    "'http://u:S3CRET@a:1/\\'x'",
    '"a\\u0041http://u:S3CRET@h"',
    'http://u:S3CRET@a,"x',
    'x"http://u:S3CRET@a"',
    'http://a/?token=S3CRET"',
    "'http://u:S3CRET@a",
    '"http://u:S3CRET@a\n"',
    "[http://u:S3CRET@a]",
    "{http://u:S3CRET@a",
    'http://u:"S3CRET@h',
]


@pytest.mark.parametrize("kind", sorted(FLAGS))
@pytest.mark.parametrize("value", BROKEN)
def test_broken_quoting_hides_no_secret(kind: str, value: str) -> None:
    known = PseudonymMap(KEY)
    found = rewritten(policy(pseudonyms=known), FLAGS[kind], value)
    assert "S3CRET" not in found + known.to_json()


@pytest.mark.parametrize("flag", ["datasource.url", "external.url", "remoteRead.url", "acme.unknownFlag"])
@pytest.mark.parametrize(
    "value", ["http://u:pass,S3CRET@h/", "http://h/?token=a,S3CRET", "http://h/?token=a,S3CRET,b#S3CRET"]
)
def test_a_comma_in_a_secret_does_not_tear_it(flag: str, value: str) -> None:
    """A flag of type string is no list, whatever is in it."""
    known = PseudonymMap(KEY)
    found = rewritten(policy(pseudonyms=known), flag, value)
    assert "S3CRET" not in found + known.to_json()


elements = st.sampled_from(
    [
        "a",
        "acme",
        "10.1.2.3:80",
        '"a,b"',
        "'c,d'",
        '"e\\"f"',
        "",
        "secret",
        "http://h/x",
        '"[{("',
        "[fd12::1]:80",
    ]
) | st.text("abc:/.-é[]{}()", max_size=6)


@given(st.sampled_from(sorted(set(FLAGS) - {"credential", "credential_possible"})), st.lists(elements, max_size=5))
@settings(max_examples=200, deadline=None)
def test_order_number_and_quoting_of_elements_stay(kind: str, some: list[str]) -> None:
    flag = FLAGS[kind]
    is_list = flag not in catalogue().flags or catalogue().flags[flag].type == "array"
    found = rewritten(policy(), flag, ",".join(some))
    parts = split_list(found)
    if is_list:
        before = split_list(",".join(some))  # a URL with secrets may be cut at a comma: then it is one element
        assert parts is not None and before is not None and len(parts) == len(before)
        assert [part[:1] in set("\"'") for part in parts] == [part[:1] in set("\"'") for part in before]


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("", [""]),
        ("a,b", ["a", "b"]),
        (",", ["", ""]),
        ('"a,b",c', ['"a,b"', "c"]),
        ('"a\\",b",c', ['"a\\",b"', "c"]),
        ("'a,\"b',c", ["'a,\"b'", "c"]),
        ('"a"b', None),
        ('a"b"', None),
        ('"a', None),
        ("[fd12::1]:80,b", ["[fd12::1]:80", "b"]),
        ("é,\n", ["é", "\n"]),
    ],
)
def test_split_list(value: str, parts: list[str] | None) -> None:
    assert split_list(value) == parts


def test_secrets_of_flags_go_at_level_none_too() -> None:
    tested = policy(ObfuscationChoice(level="none"))
    assert rewritten(tested, "datasource.bearerToken", "S3CRET").startswith("<removed")
    assert rewritten(tested, "pushmetrics.header", "Authorization: Bearer S3CRET") == "Authorization: <removed>"
    url = rewritten(tested, "remoteWrite.url", 'http://u:S3CRET@acme/x?token=S3CRET,"http://b/"')
    assert url == 'http://u:<removed>@acme/x?token=<removed>,"http://b/"'
    assert rewritten(tested, "storageNode", "acme:8400,b") == "acme:8400,b"
    assert rewritten(tested, "datasource.url", "http://u:a,S3CRET@acme/") == "http://u:<removed>@acme/"
    assert rewritten(tested, "acme.flag", "x token=S3CRETx") == "x token=<removed>"
    assert value_without_secrets("http://u:p@h/") == "http://u:<removed>@h/"
    known = Known(Pseudonyms(PseudonymMap(KEY)), catalogue(), "none")
    assert flag_without_secrets(known, "license", "S3CRET") == "<removed>"


def test_strict_maps_locations() -> None:
    strict = policy(ObfuscationChoice(level="strict"))
    for value in ("eu-central-1", "Europe/Zurich"):
        assert rewritten(policy(), "loggerTimezone", value) == value
        assert rewritten(strict, "loggerTimezone", value).startswith("value-")
    assert rewritten(strict, "loggerTimezone", "UTC") == "UTC"


def test_the_flag_is_found_though_a_target_has_a_label_name_of_its_own() -> None:
    tested = policy()
    moved = {"__name__": "flag", "exported_name": "httpAuth.password", "name": "acme", "value": "S3CRET"}
    found = tested.rewrite_labels(moved)
    assert found["value"].startswith("<removed")
    assert found["exported_name"] == "httpAuth.password"
    assert found["name"] != "acme"
